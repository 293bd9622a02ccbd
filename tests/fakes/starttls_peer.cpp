// Implements dialogues in clear text before TLS.
#include "fakes/starttls_peer.hpp"

#include <boost/asio/completion_condition.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace telltale::fakes {

asio::awaitable<bool> hold_dialogue(tcp::socket& socket, dialogue steps) {
  for (auto& step : steps) {
    std::string heard(step.hears.size(), '\0');
    const auto buffer = asio::buffer(heard);
    auto [error, count] = co_await asio::async_read(socket, buffer, quiet);
    if (error || heard != step.hears) co_return false;
    co_await say(socket, step.says);
  }
  co_return true;
}

script says_in_clear_text(dialogue steps, bool hang_up) {
  return [steps, hang_up](tcp::socket socket) -> asio::awaitable<void> {
    auto copy = steps;
    const bool done = co_await hold_dialogue(socket, std::move(copy));
    if (done && !hang_up) co_await until_closed(socket);
  };
}

script says_inside_tls(dialogue steps, std::string inside, std::shared_ptr<asio::ssl::context> context) {
  return [steps, inside, context](tcp::socket socket) -> asio::awaitable<void> {
    auto copy = steps;
    const bool done = co_await hold_dialogue(socket, std::move(copy));
    if (!done) co_return;
    asio::ssl::stream<tcp::socket> stream(std::move(socket), *context);
    auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, quiet);
    if (error) co_return;
    co_await say(stream, inside);
    co_await until_closed(stream);
  };
}

dialogue smtp_dialogue() {
  return {{"", "220-mail.test\r\n220 ESMTP ready\r\n"},
          {"EHLO telltale\r\n", "250-mail.test\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 SMTPUTF8\r\n"},
          {"STARTTLS\r\n", "220 2.0.0 Ready to start TLS\r\n"}};
}
dialogue imap_dialogue() {
  return {{"", "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n"},
          {"a STARTTLS\r\n", "* OK still here\r\na OK Begin TLS negotiation now.\r\n"}};
}
dialogue postgres_dialogue() { return {{std::string("\0\0\0\x08\x04\xd2\x16\x2f", 8), "S"}}; }

}  // namespace telltale::fakes
