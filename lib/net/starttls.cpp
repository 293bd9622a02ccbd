// Implements the clear text of SMTP, IMAP and PostgreSQL before TLS.
#include "net/starttls.hpp"

#include <string>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/peer_text.hpp"
#include "base/words.hpp"
#include "net/clear_text.hpp"
#include "net/explain.hpp"

namespace telltale::net {
namespace {

namespace asio = boost::asio;

constexpr phase_words greeting{"no greeting", "before its greeting"};
constexpr phase_words hello{"no answer to EHLO", "before its answer to EHLO"};
constexpr phase_words consent{"no answer to STARTTLS", "before its answer to STARTTLS"};
constexpr phase_words ssl_request{"no answer to the request for TLS", "before its answer to the request for TLS"};

std::string shown_line(std::string_view text) {
  return "'" + shown_peer_text(text.substr(0, text.find_first_of("\r\n")), {}) + "'";
}

finding not_speaking(std::string_view protocol, std::string_view line) {
  return failure(reason::protocol, fmt::format("the server does not speak {}: it sent {}", protocol, shown_line(line)));
}

finding declined(reason why, std::string_view line) {
  return failure(why, "the server declines the connection: " + shown_line(line));
}

finding no_starttls(std::string_view line) {
  return failure(reason::tls, "the server refuses STARTTLS: " + shown_line(line));
}

asio::awaitable<finding> read_greeting(clear_text& talk, std::string& line) {
  auto failed = co_await talk.read_line(greeting, line);
  if (failed.reason == reason::timeout)
    failed.sentence += "; a port where TLS begins at once, such as 465 or 993, needs tls instead of starttls";
  co_return failed;
}

/// A reply of one or more lines (RFC 5321 section 4.2).
struct smtp_reply {
  int code = 0;
  std::string last_line;
  bool offers_starttls = false;
};

/// The code of a line `250-text` or `250 text`; 0 when it is not one.
int smtp_code(std::string_view line) {
  const bool shaped = line.size() == 3 || (line.size() > 3 && (line[3] == ' ' || line[3] == '-'));
  if (!shaped || !is_digit(line[0])) return 0;
  return number_in<int>(line.substr(0, 3)).value_or(0);
}

/// Reads the rest of a reply whose first line was read.
asio::awaitable<finding> finish_reply(clear_text& talk, std::string line, const phase_words& words, smtp_reply& reply) {
  for (;;) {
    reply.code = smtp_code(line);
    if (reply.code == 0) co_return not_speaking("SMTP", line);
    reply.offers_starttls |= line.size() > 4 && equal_ignoring_case(trimmed(line.substr(4)), "STARTTLS");
    reply.last_line = line;
    if (line.size() == 3 || line[3] == ' ') co_return finding();
    auto failed = co_await talk.read_line(words, line);
    if (failed.verdict != verdict::pass) co_return failed;
  }
}

asio::awaitable<finding> ask_smtp(clear_text& talk, std::string_view command, const phase_words& words,
                                  smtp_reply& reply) {
  auto failed = co_await talk.send(command, words);
  if (failed.verdict != verdict::pass) co_return failed;
  std::string line;
  failed = co_await talk.read_line(words, line);
  if (failed.verdict != verdict::pass) co_return failed;
  co_return co_await finish_reply(talk, std::move(line), words, reply);
}

asio::awaitable<finding> negotiate_smtp(clear_text& talk) {
  std::string line;
  smtp_reply reply;
  auto failed = co_await read_greeting(talk, line);
  if (failed.verdict == verdict::pass) failed = co_await finish_reply(talk, std::move(line), greeting, reply);
  if (failed.verdict != verdict::pass) co_return failed;
  if (reply.code != 220) co_return declined(reply.code == 421 ? reason::overload : reason::refused, reply.last_line);
  reply = {};
  failed = co_await ask_smtp(talk, "EHLO telltale\r\n", hello, reply);
  if (failed.verdict != verdict::pass) co_return failed;
  if (reply.code == 421) co_return declined(reason::overload, reply.last_line);
  if (reply.code != 250) co_return failure(reason::protocol, "the server refuses EHLO: " + shown_line(reply.last_line));
  if (!reply.offers_starttls) co_return failure(reason::tls, "the server does not offer STARTTLS");
  reply = {};
  failed = co_await ask_smtp(talk, "STARTTLS\r\n", consent, reply);
  if (failed.verdict == verdict::pass && reply.code != 220) failed = no_starttls(reply.last_line);
  co_return failed;
}

bool begins_with_word(std::string_view line, std::string_view word) {
  return line.size() >= word.size() && equal_ignoring_case(line.substr(0, word.size()), word) &&
         (line.size() == word.size() || line[word.size()] == ' ');
}

finding judge_imap_greeting(std::string_view line) {
  if (begins_with_word(line, "* BYE")) return declined(reason::refused, line);
  if (begins_with_word(line, "* PREAUTH"))
    return failure(reason::tls, "the server takes the connection for authenticated (PREAUTH), so TLS cannot begin");
  return begins_with_word(line, "* OK") ? finding() : not_speaking("IMAP", line);
}

/// Whether the line completes our command with this word. Tags are compared exactly (RFC 9051 section 2.2.1).
bool completes(std::string_view line, std::string_view word) {
  return line.starts_with("a ") && begins_with_word(line.substr(2), word);
}

asio::awaitable<finding> negotiate_imap(clear_text& talk) {
  std::string line;
  auto failed = co_await read_greeting(talk, line);
  if (failed.verdict == verdict::pass) failed = judge_imap_greeting(line);
  if (failed.verdict == verdict::pass) failed = co_await talk.send("a STARTTLS\r\n", consent);
  while (failed.verdict == verdict::pass) {
    failed = co_await talk.read_line(consent, line);
    if (failed.verdict != verdict::pass) break;
    if (completes(line, "OK")) co_return finding();
    if (begins_with_word(line, "* BYE")) co_return declined(reason::refused, line);
    if (completes(line, "NO") || completes(line, "BAD")) co_return no_starttls(line);
    if (!line.starts_with("* ")) co_return not_speaking("IMAP", line);  // `*` begins a line that answers no command
  }
  co_return failed;
}

asio::awaitable<finding> negotiate_postgres(clear_text& talk) {
  constexpr std::string_view request("\0\0\0\x08\x04\xd2\x16\x2f", 8);  // its length, 80877103
  auto failed = co_await talk.send(request, ssl_request);
  char answer = 0;
  if (failed.verdict == verdict::pass) failed = co_await talk.read_byte(ssl_request, answer);
  if (failed.verdict != verdict::pass || answer == 'S') co_return failed;
  if (answer == 'N' && talk.unread().empty())
    co_return failure(reason::tls, "the server does not offer TLS (PostgreSQL's setting ssl is off)");
  if (answer == 'E' && !is_letter(talk.unread().empty() ? ' ' : talk.unread().front()))
    co_return failure(reason::protocol, "the server answers the request for TLS with an error");
  co_return not_speaking("PostgreSQL", answer + talk.unread());
}

asio::awaitable<finding> negotiate(clear_text& talk, starttls how) {
  if (how == starttls::smtp) co_return co_await negotiate_smtp(talk);
  if (how == starttls::imap) co_return co_await negotiate_imap(talk);
  co_return co_await negotiate_postgres(talk);
}

}  // namespace

asio::awaitable<finding> negotiate_starttls(run& now, stream& line, starttls how) {
  const stopwatch watch(now.found);
  clear_text talk(now, line);
  auto failed = co_await negotiate(talk, how);
  if (failed.verdict != verdict::pass) co_return failed;
  if (!talk.unread().empty())
    co_return failure(reason::protocol,
                      "the server sent data between its consent and TLS, which somebody may have injected");
  watch.stop("starttls_seconds");
  co_return failed;
}

measurement_info starttls_measurement() {
  return {"starttls_seconds", "Time of the conversation before the TLS handshake."};
}

}  // namespace telltale::net
