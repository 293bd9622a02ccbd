// Rules and pages without a server: parses the option `values` and evaluates a page.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "fakes/network_peer.hpp"
#include "prometheus/page.hpp"

namespace telltale::fakes {

inline prometheus::rule_list rules_of(options values) {
  problems found;
  auto out = option_traits<prometheus::rule_list>::parse(map_of(std::move(values)), "values", found);
  for (const auto& p : found.list()) FAIL("unexpected problem: ", p.message);
  return *out;
}

/// A check without its connection: pages come one after the other.
class page_sequence {
 public:
  explicit page_sequence(options values) : rules_(rules_of(std::move(values))) {}

  /// The next page, `after` the one before.
  outcome next(std::string_view text, std::chrono::milliseconds after = std::chrono::seconds(10)) {
    now_ += after;
    findings found;
    prometheus::page one(rules_, earlier_, now_, false, secrets_);
    one.feed(text);
    found.add(one.finish(found, earlier_));
    return std::move(found).result(one.summary(), one.waits() ? reason::idle : reason::ok);
  }

 private:
  prometheus::rule_list rules_;
  prometheus::page_history earlier_{std::chrono::seconds(10)};
  boot_clock::time_point now_{};
  secret_list secrets_;
};

inline outcome evaluate(options values, std::string_view text) { return page_sequence(std::move(values)).next(text); }

}  // namespace telltale::fakes
