#include "http_server/peer_address.hpp"

#include <doctest/doctest.h>
#include <sys/un.h>

#include <cstring>

#include <boost/asio/ip/tcp.hpp>

using telltale::is_loopback;

namespace {

sockaddr_storage peer(const char* address) {
  const boost::asio::ip::tcp::endpoint endpoint(boost::asio::ip::make_address(address), 1);
  sockaddr_storage out{};
  std::memcpy(&out, endpoint.data(), endpoint.size());
  return out;
}

}  // namespace

TEST_CASE("peer_address: addresses of this machine are recognised") {
  for (const char* each : {"127.0.0.1", "127.255.3.4", "::1", "::ffff:127.0.0.1"}) {
    CAPTURE(each);
    CHECK(is_loopback(peer(each)));
  }
  for (const char* each :
       {"128.0.0.1", "10.0.0.127", "0.0.0.0", "::", "::2", "::ffff:10.0.0.1", "fe80::1", "7f00::1"}) {
    CAPTURE(each);
    CHECK_FALSE(is_loopback(peer(each)));
  }
}

TEST_CASE("peer_address: a Unix socket is local, an unknown family is not") {
  sockaddr_storage out{};
  out.ss_family = AF_UNIX;
  CHECK(is_loopback(out));
  out.ss_family = AF_UNSPEC;
  CHECK_FALSE(is_loopback(out));
}
