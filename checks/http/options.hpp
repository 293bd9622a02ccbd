// The options of the http check and the rules between them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <telltale/option.hpp>

#include "expect/expectation.hpp"
#include "expect/json_values.hpp"
#include "expect/pattern.hpp"
#include "http/option_values.hpp"
#include "http/request_options.hpp"

namespace telltale {

struct http_options {
  http::request_options request;
  web::request_method method = web::request_method::get;
  std::optional<text_or_secret> body;
  std::vector<web::status_range> status{{200, 299}};
  std::optional<std::string> contains;
  std::optional<pattern> match;
  json_values json;
  std::map<std::string, expectation> expect_headers;
  bytes max_body{64 * 1024};
  web::redirect_limit redirects;

  /// Whether the body matters, not only its end.
  bool expects_body() const { return contains || match || !json.empty(); }
  static options_of<http_options> declared();
  void validate(source_location at, problems& errors) const;
};

}  // namespace telltale
