// Implements the deadline and the findings of a network check run.
#include "net/run.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <telltale/units.hpp>

namespace telltale::net {

run::run(async_context context, std::string target) : ctx(std::move(context)), shown(std::move(target)) {
  const std::chrono::nanoseconds left = ctx.deadline - begin;
  budget = std::max(left, std::chrono::nanoseconds(0));
  until = ctx.deadline - std::min<std::chrono::nanoseconds>(std::chrono::milliseconds(50), budget / 20);
}

void run::add(finding one) {
  one.sentence = shown + ": " + one.sentence;
  found.add(std::move(one));
}

void run::judge_latency(const upper_limit<std::chrono::milliseconds>& limit) {
  judge_duration(std::chrono::steady_clock::now() - begin, limit);
}

void run::judge_duration(std::chrono::nanoseconds span, const upper_limit<std::chrono::milliseconds>& limit) {
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(span);
  const auto v = judge(took, limit);
  if (v == verdict::pass) return;
  add({v, reason::threshold,
       fmt::format("took {} (limit {})", human_duration(took), telltale::to_text(crossed(limit, v)))});
}

outcome run::result(const std::string& healthy) && { return std::move(found).result(shown + ": " + healthy + remark); }

}  // namespace telltale::net
