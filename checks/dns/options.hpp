// The options of the dns check and the rules between them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <telltale/limit.hpp>
#include <telltale/option.hpp>

#include "dns/name_server.hpp"
#include "dns/question.hpp"
#include "expect/expectation.hpp"

namespace telltale {

struct dns_options {
  std::string query;  ///< the name; `name` is that of the check itself
  dns::record record = dns::record::a;
  dns::rcode rcode = dns::rcode::noerror;
  lower_limit<std::uint64_t> answers;
  std::vector<expectation> expect;
  std::vector<dns::name_server> servers;
  bool tcp = false;
  upper_limit<std::chrono::milliseconds> latency;

  static options_of<dns_options> declared();
  void validate(source_location at, problems& errors) const;
  /// Of an address with `record: PTR`, the name of its record.
  dns::question asked() const;
};

}  // namespace telltale
