// Moves bytes between the stream and the message reader.
#include "postgres/connection.hpp"

#include <array>

#include "postgres/explain.hpp"

namespace telltale::postgres {
namespace {

namespace asio = boost::asio;

/// NoticeResponse, ParameterStatus, NotificationResponse, BackendKeyData, NegotiateProtocolVersion.
bool may_come_anytime(char type) { return std::string_view("NSAKv").find(type) != std::string_view::npos; }

}  // namespace

asio::awaitable<void> connection::send(std::string bytes) { co_await line_.write(bytes); }

finding connection::explain_fault() const {
  if (!reader_.recognised()) return explain_other_protocol(reader_.unread(), secrets_);
  return net::failure(reason::protocol, "the server sent an invalid message, or more than the check reads");
}

finding connection::explain_message(const message& got) {
  if (got.type != 'E') return {};
  const auto error = read_error(got.payload);
  if (!error) return net::failure(reason::protocol, "the server sent a malformed error");
  sqlstate_ = error->code;
  return explain_error(*error, secrets_);
}

asio::awaitable<finding> connection::read_more(const net::phase_words& words) {
  std::array<char, 4096> chunk;
  const auto got = co_await line_.read_some(chunk);
  if (got.error) co_return net::explain_broken(got.error, words, answered_, now_.budget);
  if (!answered_) line_.set_deadline(now_.until);  // a reused connection had less until now
  answered_ = true;
  reader_.feed({chunk.data(), got.bytes});
  co_return finding();
}

asio::awaitable<finding> connection::receive(const net::phase_words& words, message& into) {
  for (;;) {
    auto next = reader_.next();
    if (next && may_come_anytime(next->type)) continue;
    if (next) {
      into = std::move(*next);
      co_return explain_message(into);
    }
    if (reader_.faulty()) co_return explain_fault();
    auto failed = co_await read_more(words);
    if (failed.verdict != verdict::pass) co_return failed;
  }
}

}  // namespace telltale::postgres
