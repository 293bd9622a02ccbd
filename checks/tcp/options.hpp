// The options of the tcp check and the rules between them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <telltale/option.hpp>

#include "expect/expectation.hpp"
#include "net/endpoint.hpp"
#include "net/network_options.hpp"
#include "net/starttls.hpp"
#include "net/tls_options.hpp"

namespace telltale {

struct tcp_options {
  net::endpoint address;
  std::optional<text_or_secret> send;
  std::optional<std::string> expect;
  std::optional<pattern> match;
  bool expect_refused = false;
  bool tls = false;
  std::optional<net::starttls> starttls;
  net::network_options network;
  net::tls_options security;

  bool waits_for_text() const { return expect || match; }
  bool uses_tls() const { return tls || starttls; }
  static options_of<tcp_options> declared();
  void validate(source_location at, problems& errors) const;
  std::vector<option_hint> hints() const;
};

}  // namespace telltale
