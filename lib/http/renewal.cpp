// Reads the secrets and drops them.
#include "http/renewal.hpp"

#include <algorithm>
#include <stdexcept>

#include "http/request.hpp"

namespace telltale::http {

bool has_secrets(const request_options& of) {
  const auto is_secret = [](const auto& header) { return !header.second.secret.empty(); };
  return of.basic || of.bearer || std::ranges::any_of(of.headers, is_secret);
}

outcome try_secrets(const request_options& options) try {
  request_plan ignored;
  read_secrets(options, ignored);
  return outcome::pass("the secrets can be read");
} catch (const std::runtime_error& e) {
  return outcome::fail(reason::missing, e.what());
}

}  // namespace telltale::http
