// Runs checks and looks names up.
#include "worker/job_runner.hpp"

#include <cstring>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "base/name_lookup.hpp"
#include "worker/outcome_limits.hpp"

namespace telltale {
namespace {

// Blocks as long as the system resolver does.
resolution look_up_endpoints(const wire::lookup_request& wanted) {
  auto found = look_up(wanted.host, wanted.port);
  resolution out;
  out.error = std::move(found.error);
  for (const auto& address : found.addresses) {
    if (out.endpoints.size() == wire::max_endpoints) break;
    auto& endpoint = out.endpoints.emplace_back();
    endpoint.resize(address.size());
    std::memcpy(endpoint.data(), address.get(), address.size());
  }
  return out;
}

}  // namespace

std::optional<std::string> job_runner::run(std::string_view payload, wire::clock::time_point now) {
  const auto request = wire::decode_request(payload);
  if (!request) return std::nullopt;
  if (const auto* run = std::get_if<wire::run_request>(&*request)) return wire::encode(run_check(*run, now));
  return wire::encode(look_up_endpoints(std::get<wire::lookup_request>(*request)));
}

wire::run_answer job_runner::run_check(const wire::run_request& run, wire::clock::time_point now) {
  wire::run_answer out;
  auto remembered = run.memory;
  try {
    auto& check = check_of(run.definition, now);
    const auto began = boot_clock::now();
    probe_context context{began, began + run.timeout, run.started_at, remembered};
    out.outcome = within_limits(check.probe(context));
    if (remembered != run.memory) out.memory = within_limits(std::move(remembered));
  } catch (const std::exception& e) {
    out.outcome = within_limits(outcome::fail(reason::internal, fmt::format("the check failed: {}", e.what())));
  } catch (...) {
    out.outcome = outcome::fail(reason::internal, "the check threw an unknown exception");
  }
  return out;
}

blocking_check& job_runner::check_of(const std::string& definition, wire::clock::time_point now) {
  if (now >= next_sweep_) {
    std::erase_if(checks_, [&](const auto& entry) { return now - entry.second.last_used >= keep_unused; });
    next_sweep_ = now + keep_unused;
  }
  auto& kept = checks_[definition];
  kept.last_used = now;
  if (kept.check) return *kept.check;
  const auto wanted = wire::decode_definition(definition);
  if (!wanted) throw std::runtime_error("its definition is malformed");
  const auto* type = find_type(table_, wanted->type);
  if (type == nullptr || !type->make_blocking)
    throw std::runtime_error(fmt::format("there is no blocking check type '{}'", wanted->type));
  kept.check = type->make_blocking(wanted->options);
  return *kept.check;
}

}  // namespace telltale
