// Tests the judgement of dates: each bound, the rounded differences and the usual limit.
#include "net/validity.hpp"

#include <doctest/doctest.h>

using namespace telltale;
using namespace telltale::net;
using namespace std::chrono_literals;

namespace {

constexpr auto now = std::chrono::sys_seconds(std::chrono::sys_days(std::chrono::year(2030) / 6 / 15) + 10h + 30min);
constexpr std::chrono::seconds day = 24h;

std::string sentence(validity period) { return judge_validity("it", period, now).sentence; }

std::string expiry(std::chrono::seconds left, expiry_limit limit) {
  const auto found = judge_expiry("it", {now - 300 * day, now + left}, limit, now);
  return std::string(to_string(found.verdict)) + " " + std::string(to_string(found.reason)) + " " + found.sentence;
}

}  // namespace

TEST_CASE("validity: inside of the period and at its bounds a certificate is valid") {
  CHECK(judge_validity("it", {now - 1s, now + 1s}, now) == finding());
  CHECK(judge_validity("it", {now, now}, now) == finding());
  CHECK(judge_validity("it", {now, now - 1s}, now).reason == reason::tls);
}

TEST_CASE("validity: the clock is named as a cause within a day of the end, and always before the begin") {
  CHECK(sentence({now - 90 * day, now - 10min}) ==
        "it has expired: it was valid until 2030-06-15 10:20 UTC, less than an hour ago, or the clock of this machine "
        "is wrong");
  CHECK(sentence({now - 90 * day, now - 23h}) ==
        "it has expired: it was valid until 2030-06-14 11:30 UTC, less than a day ago, or the clock of this machine is "
        "wrong");
  CHECK(sentence({now - 90 * day, now - 24h}) == "it has expired: it was valid until 2030-06-14 10:30 UTC");
  CHECK(sentence({now + 5min, now + 90 * day}) ==
        "it is not valid yet: it becomes valid on 2030-06-15 10:35 UTC, in less than an hour, or the clock of this "
        "machine, which shows 2030-06-15, is wrong");
  CHECK(sentence({now + 3000 * day, now + 4000 * day}).find("in 3000 d, or the clock") != std::string::npos);
}

TEST_CASE("validity: a limit is crossed below it, and the sentence changes once a day") {
  const expiry_limit limit{14 * day, 3 * day};
  CHECK(expiry(14 * day, limit) == "pass ok ");
  CHECK(expiry(14 * day - 1s, limit) == "warn threshold it expires in 13 d, on 2030-06-29 (limit 14d)");
  CHECK(expiry(3 * day - 1s, limit) == "fail threshold it expires in 2 d, on 2030-06-18 (limit 3d)");
  CHECK(expiry(30h, limit) == "fail threshold it expires in 30 h, on 2030-06-16 (limit 3d)");
  CHECK(expiry(30min, limit) == "fail threshold it expires in 30 min, on 2030-06-15 (limit 3d)");
  CHECK(expiry(-1s, limit) == "fail threshold it has expired, on 2030-06-15");
  CHECK(expiry(0s, {}) == "pass ok ");
}

TEST_CASE("validity: the usual limit is a sixth of the period, at most 21 days") {
  const auto limit = [](std::chrono::seconds period) { return *usual_expiry_limit({now, now + period}).warn; };
  CHECK(limit(90 * day) == 15 * day);
  CHECK(limit(365 * day) == 21 * day);
  CHECK(limit(24h) == 4h);
  CHECK(limit(-1s) == 0s);
  CHECK_FALSE(usual_expiry_limit({now, now + day}).fail);
}

TEST_CASE("validity: a certificate that never expires (RFC 5280: year 9999) is judged without overflow") {
  const validity forever{now, std::chrono::sys_days(std::chrono::year(9999) / 12 / 31) + 24h - 1s};
  CHECK(judge_validity("it", forever, now) == finding());
  CHECK(judge_expiry("it", forever, {14 * day, 3 * day}, now) == finding());
  CHECK(date_and_time(forever.until) == "9999-12-31 23:59 UTC");
}
