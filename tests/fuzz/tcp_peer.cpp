// Fuzz target: a server's bytes against the whole conversation of a tcp check, STARTTLS included, over a connection in
// memory. The first byte chooses the options. TLS itself is not part of it: what follows the consent is the next text.
// A form feed ends a read.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

#include "base/utf8.hpp"
#include "memory_stream.hpp"
#include "net/starttls.hpp"
#include "require.hpp"
#include "tcp/session.hpp"

using namespace telltale;
using fuzz::require;
namespace asio = boost::asio;

namespace {

constexpr std::string_view secret = "hunter2";

struct choice {
  explicit choice(unsigned bits) : plan(options(bits)) {
    const unsigned how = bits & 3U;
    if (how != 0) starttls = static_cast<net::starttls>(how - 1);
    plan.secrets = {std::string(secret)};
  }
  static tcp_options options(unsigned bits) {
    tcp_options out;
    std::string ignored;
    if ((bits & 4U) != 0) out.expect = "ready";
    else out.match = pattern::compile((bits & 8U) != 0 ? "(?m)^Mode: (leader|follower)$" : "^220 ", ignored, ignored);
    if ((bits & 16U) != 0) out.send = text_or_secret{"srvr\n", {}};
    if ((bits & 32U) != 0) {
      out.expect.reset();
      out.match.reset();
    }
    return out;
  }
  std::optional<net::starttls> starttls;
  tcp_plan plan;
};

const std::vector<choice>& all_choices() {
  static const std::vector<choice> all = [] {
    std::vector<choice> out;
    for (unsigned bits = 0; bits < 64; ++bits) out.emplace_back(bits);
    return out;
  }();
  return all;
}

asio::awaitable<outcome> converse(async_context where, const choice& what, fuzz::memory_stream& line) {
  net::run now(std::move(where), "server");
  const net::tls_facts no_facts;
  finding failed;
  if (what.starttls) failed = co_await net::negotiate_starttls(now, line, *what.starttls);
  if (failed.verdict == verdict::pass) {
    line.mark();
    failed = co_await talk(now, what.plan, line, no_facts);
  }
  now.add(std::move(failed));
  co_return std::move(now).result("healthy");
}

struct result {
  outcome found;
  std::size_t consent = std::string::npos;  ///< where in what the server said TLS would begin
  std::string heard;
  std::string written;
};

result run(const choice& what, std::string_view says, bool whole) {
  asio::io_context context(1);
  fuzz::memory_stream line(context.get_executor(), says, whole);
  const async_context where{context.get_executor(), std::chrono::steady_clock::now() + std::chrono::hours(1), nullptr};
  result out;
  bool done = false;
  asio::co_spawn(context, converse(where, what, line), [&](const std::exception_ptr& thrown, outcome found) {
    require(!thrown, "nothing is thrown out of a conversation");
    out.found = std::move(found);
    done = true;
  });
  context.run();
  require(done, "a conversation ends");
  out.consent = line.marked();
  out.heard = line.delivered();
  out.written = line.written();
  return out;
}

/// The last line of what the server said before TLS consents to it.
void judge_consent(net::starttls how, std::string_view said, const std::string& written) {
  if (how == net::starttls::postgres) return require(said == "S", "PostgreSQL consents with one byte");
  require(said.ends_with('\n'), "a consent is a line, and nothing follows it");
  said.remove_suffix(1);
  const auto line = said.substr(said.rfind('\n') + 1);
  if (how == net::starttls::imap) {
    require(line.size() >= 4 && (line[0] == 'a') && line[1] == ' ', "IMAP consents with the tag");
    return require(written.find("a STARTTLS\r\n") != std::string::npos, "consent follows the command");
  }
  require(line.starts_with("220"), "SMTP consents with 220");
  require(written.find("EHLO telltale\r\nSTARTTLS\r\n") != std::string::npos, "consent follows the command");
}

void judge(const choice& what, const result& got) {
  const auto& message = got.found.message;
  require(!message.empty() && message.size() < 512, "a message is there and bounded");
  require(valid_utf8(message) == message, "a message is UTF-8");
  for (const unsigned char c : message) require(c >= 0x20 && c != 0x7f, "a message has no control characters");
  if (!what.starttls) require(message.find(secret) == std::string::npos, "a secret is not repeated");
  require(got.heard.size() <= 16 * 1024 + 1024 + 64 * 1024 + 2048, "what is read is bounded");
  if (got.found.verdict != verdict::pass)
    return require(got.found.reason != reason::ok && got.found.reason != reason::internal, "every red says why");
  require(got.consent != std::string::npos, "what passes has begun TLS");
  const std::string_view heard = got.heard;
  if (what.starttls) judge_consent(*what.starttls, heard.substr(0, got.consent), got.written);
  const auto inside = heard.substr(got.consent);
  const auto& options = what.plan.options;
  if (options.expect) require(inside.find(*options.expect) != std::string_view::npos, "only the expected text passes");
  if (options.match) require(options.match->found_in(inside), "only a match passes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view says(reinterpret_cast<const char*>(data + 1), size - 1);
  const choice& what = all_choices()[data[0] & 63U];
  judge(what, run(what, says, true));
  judge(what, run(what, says, false));
  return 0;
}
