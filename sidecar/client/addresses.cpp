// Name lookup that can be given up on: getaddrinfo(3) alone may block for half a minute.
#include "client/addresses.hpp"

#include <netdb.h>
#include <sys/un.h>

#include <cstring>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>

#include "worker/name_services.hpp"

namespace telltale {
namespace {

/// What glibc's helper thread writes to; it must outlive a lookup that is still under way.
struct lookup {
  std::string host;
  std::string port;
  addrinfo hints{};
  gaicb request{};
  ~lookup() {
    if (request.ar_result) ::freeaddrinfo(request.ar_result);
  }
};

std::vector<socket_address> unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("the path of the Unix socket is too long");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return {socket_address(&address, sizeof address)};
}

std::unique_ptr<lookup> start_lookup(const http_target& target, bool numeric) {
  auto out = std::make_unique<lookup>();
  out->host = target.host;
  out->port = std::to_string(target.port);
  out->hints.ai_socktype = SOCK_STREAM;
  out->hints.ai_flags = AI_NUMERICSERV | (numeric ? AI_NUMERICHOST : 0);
  out->request.ar_name = out->host.c_str();
  out->request.ar_service = out->port.c_str();
  out->request.ar_request = &out->hints;
  return out;
}

std::vector<socket_address> found(const lookup& done) {
  std::vector<socket_address> out;
  for (const auto* it = done.request.ar_result; it; it = it->ai_next)
    out.emplace_back(it->ai_addr, static_cast<socklen_t>(it->ai_addrlen));
  return out;
}

/// Empty when the host is a name.
std::vector<socket_address> numeric_addresses(http_target target) {
  if (target.host == "localhost") {  // always this machine (RFC 6761, 6.3): no resolver, no /etc/hosts needed
    target.host = "127.0.0.1";
    auto both = numeric_addresses(target);
    target.host = "::1";
    for (const auto& address : numeric_addresses(target)) both.push_back(address);
    return both;
  }
  auto done = start_lookup(target, true);
  if (::getaddrinfo(done->request.ar_name, done->request.ar_service, &done->hints, &done->request.ar_result) != 0)
    return {};
  return found(*done);
}

}  // namespace

socket_address::socket_address(const void* address, socklen_t size) : size_(size) {
  std::memcpy(&storage_, address, size);
}

std::vector<socket_address> addresses_of(const http_target& target, std::chrono::steady_clock::time_point deadline) {
  if (!target.unix_path.empty()) return unix_address(target.unix_path);
  if (auto numeric = numeric_addresses(target); !numeric.empty()) return numeric;

  keep_to_built_in_name_services();
  auto running = start_lookup(target, false);
  gaicb* list[] = {&running->request};
  if (::getaddrinfo_a(GAI_NOWAIT, list, 1, nullptr) != 0) throw std::runtime_error("the resolver cannot be started");
  int state = EAI_INPROGRESS;
  while ((state = ::gai_error(list[0])) == EAI_INPROGRESS) {
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left.count() <= 0) {
      // The helper thread may still write into it, for as long as the process lives.
      if (::gai_cancel(list[0]) != EAI_CANCELED) static_cast<void>(running.release());
      throw std::runtime_error(fmt::format("{} does not resolve in time", target.host));
    }
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    const timespec limit{seconds.count(), static_cast<long>(std::chrono::nanoseconds(left - seconds).count())};
    ::gai_suspend(list, 1, &limit);
  }
  if (state != 0) throw std::runtime_error(fmt::format("{} does not resolve: {}", target.host, ::gai_strerror(state)));
  return found(*running);
}

}  // namespace telltale
