// Reads the secrets and loads the certificates of one check, and builds the header of its calls.
#include "grpc/plan.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include <telltale/version.hpp>

#include "grpc/health_message.hpp"
#include "http/hidden.hpp"

namespace telltale::grpc {
namespace {

field_list reveal_metadata(const secret_map& metadata, secret_list& secrets) {
  field_list out;
  for (const auto& [name, value] : metadata) {
    auto text = value.reveal();
    // A secret's value is read here for the first time, so option validation has not checked it.
    if (auto problem = metadata_value_problem(name, text)) throw std::runtime_error("metadata: " + *problem);
    if (!value.secret.empty()) http::hide_secret(secrets, value.secret, text);
    else http::hide_literal(secrets, text);  // it may contain a token from a variable
    out.emplace_back(name, std::move(text));
  }
  return out;
}

std::string authority_of(const grpc_options& options) {
  if (options.authority) return *options.authority;
  const auto& to = options.address;
  const auto name = options.security.server_name.value_or(to.host);
  return to.kind == net::endpoint::kind_t::unix_socket ? options.security.server_name.value_or("localhost")
                                                       : net::host_and_port(name, to.port);
}

/// At most eight digits and a unit ("Timeout" of gRPC over HTTP/2).
std::string timeout_text(std::chrono::nanoseconds left) {
  constexpr std::chrono::milliseconds::rep least = 1, most = 99'999'999;
  return fmt::format("{}m", std::clamp(std::chrono::ceil<std::chrono::milliseconds>(left).count(), least, most));
}

}  // namespace

plan make_plan(grpc_options options) {
  plan out;
  out.what.service = options.service;
  out.message = encode_request(options.service);
  out.target.to = options.address;
  out.target.ip = options.network.ip;
  if (options.tls) out.target.tls = net::make_tls_client(options.security, options.address.host, "h2");
  options.authority = authority_of(options);
  out.options = std::move(options);
  read_secrets(out);
  return out;
}

bool read_secrets(plan& into) {
  secret_list secrets;
  auto metadata = reveal_metadata(into.options.metadata, secrets);
  const bool changed = metadata != into.metadata;
  into.metadata = std::move(metadata);
  into.what.secrets = std::move(secrets);
  return changed;
}

void try_secrets(const grpc_options& options) {
  secret_list ignored;
  reveal_metadata(options.metadata, ignored);
}

field_list request_fields(const plan& what, std::chrono::nanoseconds left) {
  field_list out{{":method", "POST"},
                 {":scheme", what.target.tls ? "https" : "http"},
                 {":path", "/grpc.health.v1.Health/Check"},
                 {":authority", *what.options.authority},
                 {"te", "trailers"},
                 {"grpc-timeout", timeout_text(left)},
                 {"content-type", "application/grpc"},
                 {"user-agent", fmt::format("telltale/{}", version())}};
  out.insert(out.end(), what.metadata.begin(), what.metadata.end());
  return out;
}

}  // namespace telltale::grpc
