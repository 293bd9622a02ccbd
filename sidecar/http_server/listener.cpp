// Opens and binds listening sockets and explains failures.
#include "http_server/listener.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>

#include "base/descriptor.hpp"
#include "base/socket_address.hpp"

namespace telltale {
namespace {

using tcp_endpoint = boost::asio::ip::tcp::endpoint;

// The kernel limits it to net.core.somaxconn.
constexpr int backlog = 4096;

std::runtime_error failure(const listen_address& address, int error) {
  return std::runtime_error(describe_listen_error(address, error));
}

descriptor make_socket(const listen_address& address, int family) {
  descriptor out(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!out) throw failure(address, errno);
  return out;
}

void turn(int fd, int level, int option, bool on) {
  const int value = on ? 1 : 0;
  ::setsockopt(fd, level, option, &value, sizeof(value));
}

// Connections inherit these options. TCP_USER_TIMEOUT (tcp(7)) limits delivery to the write deadline; otherwise the
// kernel would keep up to a megabyte per connection for minutes for a client that does not read.
void prepare_connections(int fd, std::chrono::milliseconds write_deadline) {
  turn(fd, IPPROTO_TCP, TCP_NODELAY, true);
  const auto patience = static_cast<unsigned>(write_deadline.count());
  ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof(patience));
}

descriptor open_tcp(const listen_address& address, const tcp_endpoint& endpoint, bool ipv6_only) {
  const int family = endpoint.address().is_v6() ? AF_INET6 : AF_INET;
  auto out = make_socket(address, family);
  turn(out.get(), SOL_SOCKET, SO_REUSEADDR, true);  // without it a restart fails while old connections linger
  if (family == AF_INET6) turn(out.get(), IPPROTO_IPV6, IPV6_V6ONLY, ipv6_only);
  if (::bind(out.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0) throw failure(address, errno);
  return out;
}

bool kernel_has_ipv6() {
  return descriptor(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)) || errno != EAFNOSUPPORT;
}

// `[::]` selects all addresses. On a kernel without IPv6 these are the IPv4 addresses.
descriptor open_one_or_all(const listen_address& address, const tcp_endpoint& endpoint, bool ipv6_only) {
  const bool all = endpoint.address().is_v6() && endpoint.address().is_unspecified() && !ipv6_only;
  if (!all || kernel_has_ipv6()) return open_tcp(address, endpoint, ipv6_only);
  return open_tcp(address, {boost::asio::ip::address_v4::any(), endpoint.port()}, false);
}

// A socket file without a listener is left over from a killed program.
bool is_stale(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0 || !S_ISSOCK(info.st_mode)) return false;
  const descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto target = unix_address(path);
  return probe && ::connect(probe.get(), target.get(), target.size()) != 0 && errno == ECONNREFUSED;
}

descriptor open_unix(const listen_address& address, const std::string& path) {
  auto out = make_socket(address, AF_UNIX);
  const auto target = unix_address(path);  // the length was checked when it was parsed
  const auto bind = [&] { return ::bind(out.get(), target.get(), target.size()) == 0; };
  if (bind()) return out;
  if (errno != EADDRINUSE) throw failure(address, errno);
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0 && !S_ISSOCK(info.st_mode)) throw failure(address, EEXIST);
  if (!is_stale(path)) throw failure(address, EADDRINUSE);
  if (::unlink(path.c_str()) != 0 || !bind()) throw failure(address, errno);
  return out;
}

listen_address really_bound(int fd, const listen_address& asked) {
  if (std::holds_alternative<unix_path>(asked.where)) return asked;
  tcp_endpoint endpoint;
  auto size = static_cast<socklen_t>(endpoint.capacity());
  if (::getsockname(fd, endpoint.data(), &size) != 0) throw failure(asked, errno);
  endpoint.resize(size);
  return {to_text(endpoint), endpoint};
}

std::string_view advice(const listen_address& address, int error) {
  const bool is_unix = std::holds_alternative<unix_path>(address.where);
  switch (error) {
    case EADDRINUSE:
      return is_unix ? "another program listens there; choose another path"
                     : "already in use, by another telltale? choose another port with --listen or server.listen";
    case EEXIST:
      return "the path exists and is not a socket; remove it or choose another path";
    case EADDRNOTAVAIL:
      return "no interface has this address; 0.0.0.0 selects all interfaces";
    case EAFNOSUPPORT:
      return "IPv6 is disabled on this machine; listen on an IPv4 address";
    case ENOENT:
      return "its directory does not exist; create it first";
    case ENOTDIR:
      return "a part of the path is not a directory";
    case EROFS:
      return "the file system is read-only; choose a path on a writable one";
    case EACCES:
    case EPERM:
      return is_unix
                 ? "permission denied; make the directory writable for this user"
                 : "permission denied; ports below 1024 need CAP_NET_BIND_SERVICE, choose a higher one with --listen";
    default:
      return std::strerror(error);
  }
}

}  // namespace

std::string describe_listen_error(const listen_address& address, int error) {
  return fmt::format("cannot listen on {}: {}", address.text, advice(address, error));
}

listener::listener(boost::asio::io_context& loop, const listen_address& address, bool ipv6_only,
                   std::chrono::milliseconds write_deadline, std::size_t number)
    : bound_(address), number_(number), socket_(loop) {
  const auto* path = std::get_if<unix_path>(&address.where);
  descriptor fd = path != nullptr ? open_unix(address, path->path)
                                  : open_one_or_all(address, std::get<tcp_endpoint>(address.where), ipv6_only);
  if (path != nullptr) {
    ::chmod(path->path.c_str(), 0666);
    struct stat info {};
    if (::lstat(path->path.c_str(), &info) == 0) socket_file_ = info;
  }
  if (path == nullptr) prepare_connections(fd.get(), write_deadline);
  if (::listen(fd.get(), backlog) != 0) throw failure(address, errno);
  bound_ = really_bound(fd.get(), address);
  boost::system::error_code ec;
  socket_.assign(fd.get(), ec);
  if (ec) throw failure(address, ec.value());
  static_cast<void>(fd.release());
}

void listener::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  if (!socket_file_) return;
  const auto& path = std::get<unix_path>(bound_.where).path;
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0 && info.st_ino == socket_file_->st_ino && info.st_dev == socket_file_->st_dev)
    ::unlink(path.c_str());
  socket_file_.reset();
}

}  // namespace telltale
