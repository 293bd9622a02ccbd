// Reads for a while, and only then ends the sending side: a server that has refused answers more bytes with a reset.
#include "net/tls_refusal.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/explain.hpp"
#include "net/tls_failure.hpp"

namespace telltale::net {
namespace {

namespace asio = boost::asio;

/// Shared by the two coroutines of a wait.
struct refusal_wait {
  explicit refusal_wait(stream& s) : line(s), patience(s.get_executor()) {}
  stream& line;
  asio::steady_timer patience;  ///< at its end the sending side is shut down
  bool answered = false;        ///< by an alert, data of the protocol or the end
  bool ended = false;           ///< by this side
  error_code error;
};

asio::awaitable<void> read_answer(refusal_wait& shared) {
  std::array<char, 512> ignored;
  const auto got = co_await shared.line.read_some(ignored);
  shared.error = got.error;
  shared.answered = true;
  shared.patience.cancel();
}

asio::awaitable<void> end_later(refusal_wait& shared) {
  auto [cancelled] = co_await shared.patience.async_wait(asio::as_tuple(asio::use_awaitable));
  if (cancelled || shared.answered) co_return;
  shared.ended = true;
  co_await shared.line.shutdown_send();
}

}  // namespace

bool may_refuse(const tls_facts& facts) { return facts.client_certificate_wanted && facts.version > 1.25; }

finding judge_refusal(const error_code& error, const tls_client& client) {
  if (!error || error == asio::error::timed_out) return {};
  if (error.category() == tls_category()) return failure(reason::tls, error.message());
  return failure(reason::tls, fmt::format("the server {} the connection after the handshake, without a reason: {}",
                                          error == asio::error::eof ? "closed" : "dropped",
                                          client.options.cert_file
                                              ? "it may not accept the client certificate (cert_file)"
                                              : "it asks for a client certificate (set cert_file and key_file)"));
}

asio::awaitable<finding> await_refusal(run& now, stream& line, const tls_client& client, const tls_facts& facts) {
  using namespace asio::experimental::awaitable_operators;
  using namespace std::chrono_literals;
  if (facts.client_certificate_wanted && !client.options.cert_file)
    now.remark += " (the server asks for a client certificate)";
  if (!may_refuse(facts)) co_return finding();
  const auto begin = std::chrono::steady_clock::now();
  const auto end = std::min(now.until, begin + 750ms);
  line.expire_by(end);
  refusal_wait shared(line);
  shared.patience.expires_at(begin + (end - begin) / 3);
  co_await (read_answer(shared) && end_later(shared));
  if (shared.ended && shared.error == asio::error::eof) co_return finding();  // in answer to the end of this side
  co_return judge_refusal(shared.error, client);
}

}  // namespace telltale::net
