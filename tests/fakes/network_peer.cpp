// Implements the scripted servers and the runs against them.
#include "fakes/network_peer.hpp"

#include <filesystem>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

namespace telltale::fakes {

template asio::awaitable<std::string> read_request(tcp::socket&);
template asio::awaitable<void> say(tcp::socket&, std::string);
template asio::awaitable<void> until_closed(tcp::socket&);

raw_value map_of(options members) {
  std::vector<raw_member> out;
  for (auto& [key, value] : members) out.push_back({key, {}, std::move(value)});
  return raw_value::map(std::move(out));
}

asio::awaitable<resolution> fixed_resolver::resolve(std::string, std::uint16_t, std::chrono::steady_clock::time_point) {
  co_return answer;
}

asio::awaitable<void> silent(tcp::socket socket) { co_await until_closed(socket); }

peer::peer(asio::io_context& io, script behaviour)
    : behaviour_(std::move(behaviour)), acceptor_(io, {asio::ip::address_v4::loopback(), 0}) {
  asio::co_spawn(io, accept(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
}

asio::awaitable<void> peer::accept() {
  for (;;) {
    auto [error, socket] = co_await acceptor_.async_accept(quiet);
    if (error) co_return;
    ++accepted_;
    asio::co_spawn(acceptor_.get_executor(), behaviour_(std::move(socket)), [this](std::exception_ptr e) {
      if (e) std::rethrow_exception(e);
      ++finished_;
    });
  }
}

std::shared_ptr<async_check> make_check(const check_type& type, options chosen) {
  const auto raw = map_of(std::move(chosen));
  problems found;
  type.validate(raw, found, {});
  for (const auto& p : found.list()) FAIL("unexpected problem: ", p.message);
  return type.make_async(raw);
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

outcome probe_once(asio::io_context& io, const std::shared_ptr<async_check>& check, name_resolver& names,
                   std::chrono::milliseconds timeout, std::vector<peer*> peers, blocking_part* part) {
  outcome out;
  bool done = false;
  const async_context ctx{io.get_executor(), std::chrono::steady_clock::now() + timeout, &names, part};
  asio::co_spawn(io, check->probe(ctx), [&](std::exception_ptr e, outcome result) {
    for (auto* p : peers) p->stop();
    if (e) std::rethrow_exception(e);
    out = std::move(result);
    done = true;
  });
  io.restart();
  io.run_for(timeout + slack);
  CHECK(done);
  CHECK(io.stopped());
  return out;
}

outcome probe_peer(const script& behaviour, std::shared_ptr<async_check> check, std::chrono::milliseconds timeout,
                   const std::string& shown) {
  const auto descriptors = open_descriptors();
  outcome out;
  {
    asio::io_context io;
    peer server(io, behaviour);
    fixed_resolver names;
    names.answer.endpoints = {server.endpoint()};
    out = probe_once(io, check, names, timeout, {&server});
    CHECK(server.open() == 0);
    CHECK(server.finished() <= 1);  // none when time ran out before
    check.reset();
  }
  CHECK(open_descriptors() == descriptors);
  CHECK(out.message.starts_with(shown + ": "));
  return out;
}

bool cancel_after(int steps, asio::io_context& io, const std::shared_ptr<async_check>& check, name_resolver& names,
                  std::vector<peer*> peers) {
  bool done = false;
  asio::cancellation_signal cancel;
  auto ended = asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr, outcome) {
    for (auto* p : peers) p->stop();
    done = true;
  });
  const async_context ctx{io.get_executor(), std::chrono::steady_clock::now() + 3s, &names};
  asio::co_spawn(io, check->probe(ctx), std::move(ended));
  for (int i = 0; i < steps && !done; ++i) io.run_one_for(100ms);
  const bool under_way = !done;
  if (under_way) cancel.emit(asio::cancellation_type::terminal);
  io.run_for(8s);
  CHECK(done);
  CHECK(io.stopped());
  return under_way;
}

}  // namespace telltale::fakes
