// Compares dates and rounds the difference, so that the sentence of a failing check seldom changes.
#include "net/validity.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <telltale/units.hpp>

namespace telltale::net {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

finding failed(std::string sentence) { return {verdict::fail, reason::tls, std::move(sentence)}; }

std::string rough(seconds span) {
  if (span < 1h) return "less than an hour";
  return span < 24h ? "less than a day" : fmt::format("{} d", span / 24h);
}

std::string left_text(seconds left) {
  if (left < 2h) return fmt::format("{} min", left / 1min);
  return left < 48h ? fmt::format("{} h", left / 1h) : fmt::format("{} d", left / 24h);
}

}  // namespace

std::chrono::sys_seconds current_time() { return std::chrono::floor<seconds>(std::chrono::system_clock::now()); }

std::string date(std::chrono::sys_seconds when) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(when));
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

std::string date_and_time(std::chrono::sys_seconds when) {
  const std::chrono::hh_mm_ss time(when - std::chrono::floor<std::chrono::days>(when));
  return fmt::format("{} {:02}:{:02} UTC", date(when), time.hours().count(), time.minutes().count());
}

finding judge_validity(const std::string& who, const validity& period, std::chrono::sys_seconds now) {
  if (now > period.until) {
    auto sentence = fmt::format("{} has expired: it was valid until {}", who, date_and_time(period.until));
    if (now - period.until < 24h)
      sentence += fmt::format(", {} ago, or the clock of this machine is wrong", rough(now - period.until));
    return failed(std::move(sentence));
  }
  if (now < period.from)
    return failed(fmt::format(
        "{} is not valid yet: it becomes valid on {}, in {}, or the clock of this machine, which shows {}, is wrong",
        who, date_and_time(period.from), rough(period.from - now), date(now)));
  return {};
}

finding judge_expiry(const std::string& who, const validity& period, const expiry_limit& limit,
                     std::chrono::sys_seconds now) {
  const auto left = period.until - now;
  const auto v = judge(left, limit);
  if (v == verdict::pass) return {};
  // An expired certificate is past every limit, so that none is named: the usual one can be 0.
  if (left < 0s) return {v, reason::threshold, fmt::format("{} has expired, on {}", who, date(period.until))};
  return {v, reason::threshold,
          fmt::format("{} expires in {}, on {} (limit {})", who, left_text(left), date(period.until),
                      telltale::to_text(crossed(limit, v)))};
}

expiry_limit usual_expiry_limit(const validity& period) {
  expiry_limit out;
  const seconds longest = std::chrono::days(21);
  out.warn = std::clamp<seconds>((period.until - period.from) / 6, 0s, longest);
  return out;
}

}  // namespace telltale::net
