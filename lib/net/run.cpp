#include "net/run.hpp"

#include <algorithm>

namespace telltale::net {

run::run(async_context context, std::string target) : ctx(std::move(context)), shown(std::move(target)) {
  const std::chrono::nanoseconds left = ctx.deadline - std::chrono::steady_clock::now();
  budget = std::max(left, std::chrono::nanoseconds(0));
  until = ctx.deadline - std::min<std::chrono::nanoseconds>(std::chrono::milliseconds(50), budget / 20);
}

void run::add(finding one) {
  one.sentence = shown + ": " + one.sentence;
  found.add(std::move(one));
}

outcome run::result(const std::string& healthy) && { return std::move(found).result(shown + ": " + healthy + remark); }

}  // namespace telltale::net
