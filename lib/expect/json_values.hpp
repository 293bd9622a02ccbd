// Expectations of the values in a JSON document, as an option type: `{/status: ok, /queue: "< 100"}`.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

#include <telltale/finding.hpp>
#include <telltale/option_traits.hpp>

#include "expect/expectation.hpp"

namespace telltale {

/// A text equals only the same text, which may be empty. Numbers are compared as numbers, true and false by these
/// words, and `null` or `NULL` stands for null. An order holds only for numbers and texts. Lists and objects equal
/// nothing.
struct json_values {
  std::map<std::string, expectation> wanted;  ///< JSON pointer (RFC 6901) -> what its value has to be

  bool empty() const { return wanted.empty(); }
};

/// The first value that is missing or not as expected: `fail mismatch`, "has /status "down", expected ok". The caller
/// puts the subject in front.
finding judge_values(const boost::json::value& root, const json_values&);

/// The same for a text, which may also not be JSON: `fail mismatch`, "is an HTML page, expected JSON". Parses at most
/// 1 MiB and 32 levels.
finding judge_json(std::string_view text, const json_values&);

template <>
struct option_traits<json_values> {
  static option_shape shape() { return option_traits<std::map<std::string, expectation>>::shape(); }
  static std::optional<json_values> parse(const raw_value&, std::string_view option, problems&);
  static std::string text(const json_values&) { return ""; }
};

}  // namespace telltale
