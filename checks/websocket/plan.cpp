// Reveals the secrets and loads the certificates of one check.
#include "websocket/plan.hpp"

#include <stdexcept>

#include <fmt/format.h>

namespace telltale::websocket {

plan make_plan(websocket_options options) {
  plan out;
  for (const auto& [name, value] : options.headers) {
    auto text = value.reveal();
    // A secret's value is seen here for the first time, so it has not been checked with the options.
    if (auto problem = header_problem(name, text)) throw std::runtime_error(fmt::format("headers: {}", *problem));
    out.headers.emplace_back(name, std::move(text));
  }
  if (options.send) out.send = options.send->reveal();
  if (options.send && out.send.empty()) throw std::runtime_error("send: the secret is empty");
  if (options.secure())
    out.tls = make_tls_client({options.ca_file ? options.ca_file->text : "",
                               options.server_name.value_or(options.url.host), options.insecure});
  out.options = std::move(options);
  return out;
}

}  // namespace telltale::websocket
