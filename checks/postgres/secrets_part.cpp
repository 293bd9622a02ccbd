// Makes the plan and drops it.
#include "postgres/secrets_part.hpp"

#include <stdexcept>

#include "postgres/plan.hpp"

namespace telltale::postgres {

outcome secrets_part::probe(probe_context&) try {
  make_plan(options_);
  return outcome::pass("the secrets can be read");
} catch (const std::runtime_error& e) {
  return outcome::fail(reason::missing, e.what());
}

}  // namespace telltale::postgres
