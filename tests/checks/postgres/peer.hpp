// A scripted PostgreSQL server, healthy unless told otherwise, and one run of the check against it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/read.hpp>

#include "checks/postgres/messages.hpp"
#include "checks/postgres/probe.hpp"

namespace telltale::fakes {

/// What the server says, in the order of the session, each after the client's part.
struct postgres_script {
  std::string tls = "N";
  std::string login = pg::trusted();
  std::string state = pg::state();
  std::string result = pg::result();
  std::string end = pg::rolled_back();
  std::size_t most = std::string::npos;  ///< bytes that it says in all; then it hangs up
  bool hangs_up = true;                  ///< otherwise it is silent then

  std::string all() const { return tls + login + state + result + end; }
};

/// Reads one message of the client; the first ones have no type. Returns its type, 0 without one, and 0xff at the end,
/// behind which nothing may be read.
template <class Stream>
asio::awaitable<char> read_message(Stream& socket, bool typed) {
  std::string head(typed ? 5 : 4, '\0');
  const auto head_buffer = asio::buffer(head);
  auto [error, count] = co_await asio::async_read(socket, head_buffer, quiet);
  if (error) co_return '\xff';
  std::size_t length = 0;
  for (const unsigned char c : head.substr(head.size() - 4)) length = length << 8 | c;
  std::string payload(length - 4, '\0');
  const auto payload_buffer = asio::buffer(payload);
  auto [cut, got] = co_await asio::async_read(socket, payload_buffer, quiet);
  if (cut) co_return '\xff';
  co_return typed ? head.front() : '\0';
}

/// The parts of one connection, as far as `most` lets it.
class postgres_peer {
 public:
  postgres_peer(tcp::socket socket, postgres_script what) : socket_(std::move(socket)), what_(std::move(what)) {}

  asio::awaitable<void> serve() {
    if (co_await read_message(socket_, false) == '\xff') co_return;
    bool goes_on = true, asked = false;
    if (!what_.tls.empty()) {
      goes_on = co_await tell(what_.tls);
      if (!goes_on || co_await read_message(socket_, false) == '\xff') co_return;
    }
    goes_on = co_await tell(what_.login);
    while (goes_on) {
      const auto type = co_await read_message(socket_, true);
      if (type == '\xff' || type == 'X') co_return;
      if (type == 'S') goes_on = co_await tell(what_.result);
      if (type == 'p') goes_on = co_await tell(pg::ready('I'));
      if (type != 'Q') continue;
      asked = !asked;
      goes_on = asked ? co_await tell(what_.state) : co_await tell(what_.end);
    }
  }

 private:
  asio::awaitable<bool> tell(std::string part) {
    const bool last = part.size() > what_.most;
    auto bytes = part.substr(0, what_.most);
    what_.most -= std::min(what_.most, bytes.size());
    co_await say(socket_, std::move(bytes));
    if (last && !what_.hangs_up) co_await until_closed(socket_);
    co_return !last;
  }

  tcp::socket socket_;
  postgres_script what_;
};

inline script serves_postgres(postgres_script what) {
  return [what](tcp::socket socket) -> asio::awaitable<void> {
    auto copy = what;
    postgres_peer one(std::move(socket), std::move(copy));
    co_await one.serve();
  };
}

inline std::shared_ptr<async_check> make_postgres_check(options chosen = {}) {
  const auto add = [&](const char* name, raw_value value) {
    if (std::ranges::none_of(chosen, [&](const auto& each) { return each.first == name; }))
      chosen.emplace_back(name, std::move(value));
  };
  add("address", text("db.test:5432"));
  add("user", text("app"));
  add("reconnect", text("0s"));
  return make_check(checks::postgres(), std::move(chosen));
}

/// The check runs `SELECT 7`, unless the options say otherwise.
inline outcome probe_postgres(const script& behaviour, options chosen = {}, std::chrono::milliseconds timeout = 5s) {
  return probe_peer(behaviour, make_postgres_check(std::move(chosen)), timeout, "db.test:5432");
}
inline options with_query() { return {{"query", text("SELECT 7")}, {"expect", text("7")}}; }

}  // namespace telltale::fakes
