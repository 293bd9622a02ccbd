// Reads the secrets and drops them.
#include "http/secrets_part.hpp"

#include <stdexcept>

#include "http/headers.hpp"
#include "http/request.hpp"

namespace telltale::web {

outcome secrets_part::probe(probe_context&) try {
  http::request_plan ignored;
  http::read_secrets(options_.request, ignored);
  if (options_.body) options_.body->reveal();
  return outcome::pass("the secrets can be read");
} catch (const std::runtime_error& e) {
  return outcome::fail(reason::missing, e.what());
}

}  // namespace telltale::web
