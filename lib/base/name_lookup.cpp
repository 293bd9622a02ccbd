// Looks names up with getaddrinfo, or with getaddrinfo_a when there is a deadline.
#include "base/name_lookup.hpp"

#include <netdb.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/name_services.hpp"

namespace telltale {
namespace {

/// The memory that glibc's helper thread writes to; it must outlive a pending lookup.
struct lookup {
  lookup(std::string name, std::uint16_t number, int flags) : host(std::move(name)), port(std::to_string(number)) {
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV | flags;
    request.ar_name = host.c_str();
    request.ar_service = port.c_str();
    request.ar_request = &hints;
  }
  ~lookup() {
    if (request.ar_result) ::freeaddrinfo(request.ar_result);
  }
  lookup(const lookup&) = delete;
  lookup& operator=(const lookup&) = delete;

  int run() { return ::getaddrinfo(request.ar_name, request.ar_service, &hints, &request.ar_result); }

  std::vector<socket_address> addresses() const {
    std::vector<socket_address> out;
    for (const auto* it = request.ar_result; it; it = it->ai_next)
      if (it->ai_family == AF_INET || it->ai_family == AF_INET6) out.emplace_back(it->ai_addr, it->ai_addrlen);
    return out;
  }

  std::string host;
  std::string port;
  addrinfo hints{};
  gaicb request{};
};

found_addresses failed(const std::string& host, std::string_view why) {
  return {{}, fmt::format("{} does not resolve{}", host, why)};
}

/// `error` is what getaddrinfo returned, `system_error` the errno behind EAI_SYSTEM.
found_addresses answer_of(const lookup& done, int error, int system_error) {
  if (error == EAI_SYSTEM) return failed(done.host, fmt::format(": {}", std::strerror(system_error)));
  if (error != 0) return failed(done.host, fmt::format(": {}", ::gai_strerror(error)));
  auto addresses = done.addresses();
  return addresses.empty() ? failed(done.host, ": it has no address") : found_addresses{std::move(addresses), {}};
}

}  // namespace

std::vector<socket_address> numeric_addresses(const std::string& host, std::uint16_t port) {
  lookup asked(host, port, AI_NUMERICHOST);
  asked.run();
  return asked.addresses();
}

found_addresses look_up(const std::string& host, std::uint16_t port) {
  keep_to_built_in_name_services();
  lookup asked(host, port, AI_ADDRCONFIG);
  const int error = asked.run();
  return answer_of(asked, error, errno);
}

found_addresses look_up_until(const std::string& host, std::uint16_t port,
                              std::chrono::steady_clock::time_point deadline) {
  keep_to_built_in_name_services();
  auto running = std::make_unique<lookup>(host, port, 0);
  gaicb* list[] = {&running->request};
  if (const int error = ::getaddrinfo_a(GAI_NOWAIT, list, 1, nullptr); error != 0)
    return answer_of(*running, error, errno);
  int state = EAI_INPROGRESS;
  while ((state = ::gai_error(list[0])) == EAI_INPROGRESS) {
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left.count() <= 0) {
      // Leaked on purpose: the helper thread may write to it until the process ends.
      if (::gai_cancel(list[0]) != EAI_CANCELED) static_cast<void>(running.release());
      return failed(host, " in time");
    }
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    const timespec limit{seconds.count(), static_cast<long>(std::chrono::nanoseconds(left - seconds).count())};
    ::gai_suspend(list, 1, &limit);
  }
  return answer_of(*running, state, errno);
}

}  // namespace telltale
