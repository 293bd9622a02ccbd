// A name server on a port of 127.0.0.1, over UDP and TCP, that behaves as a script says, and one run of the check.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>

#include "fakes/dns_message.hpp"
#include "fakes/network_peer.hpp"

namespace telltale::checks {
check_type dns();
}

namespace telltale::fakes {

using asio::ip::udp;

/// What a server sends after a query.
struct sending {
  std::vector<std::string> messages;
  bool framed = true;    ///< over TCP, each after its length
  bool hang_up = false;  ///< over TCP, close after them
};
/// The second argument: over TCP.
using dns_script = std::function<sending(const std::string& query, bool tcp)>;

/// Its end requires that as many descriptors are open as at its begin.
struct same_descriptors {
  std::size_t before = open_descriptors();
  ~same_descriptors() { CHECK(open_descriptors() == before); }
};

/// Runs in a thread of its own, so that the loop of the check has no work but the check's.
class scripted_server {
 public:
  explicit scripted_server(dns_script behaviour, bool with_tcp = true) : behaviour_(std::move(behaviour)) {
    bind();
    spawn(serve_udp());
    if (with_tcp) {
      acceptor_.listen();
      spawn(accept());
    }
    thread_ = std::thread([this] { io_.run(); });
  }
  ~scripted_server() {
    io_.stop();
    thread_.join();
  }
  scripted_server(const scripted_server&) = delete;
  scripted_server& operator=(const scripted_server&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  int queries() const { return queries_; }
  int tcp_queries() const { return tcp_queries_; }
  int open() const { return open_; }

 private:
  /// The TCP port is taken even when nothing listens there: a client could connect to itself.
  void bind() {
    const auto loopback = asio::ip::address_v4::loopback();
    boost::system::error_code error;
    do {
      udp_ = udp::socket(io_, udp::endpoint(loopback, 0));
      port_ = udp_.local_endpoint().port();
      acceptor_ = tcp::acceptor(io_, tcp::v4());
      acceptor_.bind(tcp::endpoint(loopback, port_), error);
    } while (error);
  }
  void spawn(asio::awaitable<void> task) {
    asio::co_spawn(io_, std::move(task), [](std::exception_ptr e) {
      if (e) std::rethrow_exception(e);
    });
  }
  asio::awaitable<void> serve_udp() {
    std::string bytes(1000, '\0');
    udp::endpoint client;
    for (;;) {
      const auto buffer = asio::buffer(bytes);
      auto [error, size] = co_await udp_.async_receive_from(buffer, client, quiet);
      if (error) continue;  // an ICMP message of an earlier client that is gone
      ++queries_;
      const auto reply = behaviour_(bytes.substr(0, size), false);
      for (const auto& each : reply.messages) {
        boost::system::error_code ignored;
        udp_.send_to(asio::buffer(each), client, 0, ignored);
      }
    }
  }
  asio::awaitable<void> accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor_.async_accept(quiet);
      if (error) co_return;
      spawn(serve_tcp(std::move(socket)));
    }
  }
  asio::awaitable<void> serve_tcp(tcp::socket socket) {
    ++open_;
    std::string head(2, '\0');
    const auto head_buffer = asio::buffer(head);
    auto [error, count] = co_await asio::async_read(socket, head_buffer, quiet);
    if (!error) {
      std::string query(static_cast<unsigned char>(head[1]), '\0');
      const auto buffer = asio::buffer(query);
      co_await asio::async_read(socket, buffer, quiet);
      ++tcp_queries_;
      const auto reply = behaviour_(query, true);
      for (const auto& each : reply.messages) {
        auto bytes = (reply.framed ? number16(static_cast<unsigned>(each.size())) : "") + each;
        co_await say(socket, std::move(bytes));
      }
      if (!reply.hang_up) co_await until_closed(socket);
    }
    --open_;
  }

  dns_script behaviour_;
  asio::io_context io_;
  udp::socket udp_{io_};
  tcp::acceptor acceptor_{io_};
  std::uint16_t port_ = 0;
  std::atomic<int> queries_ = 0;
  std::atomic<int> tcp_queries_ = 0;
  std::atomic<int> open_ = 0;
  std::thread thread_;
};

inline dns_script answers_with(std::vector<std::string> records, unsigned code = 0) {
  return [records = std::move(records), code](const std::string& query, bool) -> sending {
    return {{respond(query, records, code)}};
  };
}
inline sending nothing(const std::string&, bool) { return {}; }

/// One run of a check of `app.example.test` with these servers.
inline outcome probe_servers(const std::vector<std::string>& servers, options chosen = {},
                             std::chrono::milliseconds timeout = ample) {
  std::vector<raw_value> list;
  for (const auto& each : servers) list.push_back(text(each));
  chosen.emplace_back("servers", raw_value::list(std::move(list)));
  bool named = false;
  for (const auto& [key, value] : chosen) named = named || key == "query";
  if (!named) chosen.emplace_back("query", text("app.example.test"));
  asio::io_context io;
  fixed_resolver unused;
  return probe_once(io, make_check(checks::dns(), std::move(chosen)), unused, timeout, {});
}

inline outcome probe_script(const dns_script& behaviour, options chosen = {}, std::chrono::milliseconds timeout = ample,
                            bool with_tcp = true) {
  const same_descriptors around;
  const scripted_server server(behaviour, with_tcp);
  return probe_servers({server.address()}, std::move(chosen), timeout);
}

}  // namespace telltale::fakes
