// Fuzz target: a WebSocket peer's bytes against the whole probe, over a connection in memory. The first byte chooses
// the options. "{accept}" in the rest becomes the right Sec-WebSocket-Accept, "{ping}!!" the payload of the ping; the
// peer sends the text after the latter when it has received the ping.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <random>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

#include "base/utf8.hpp"
#include "fakes/websocket_accept.hpp"
#include "require.hpp"
#include "server_frames.hpp"
#include "websocket/plan.hpp"
#include "websocket/session.hpp"

using namespace telltale;
using namespace telltale::websocket;
using fuzz::require;
namespace asio = boost::asio;

namespace {

constexpr std::string_view accept_token = "{accept}";
constexpr std::string_view ping_token = "{ping}!!";

struct peer {
  std::string says;      ///< with the tokens replaced that are known so far
  std::string heard;     ///< the request
  std::string accept;    ///< what the reply has to contain
  std::string ping;      ///< the payload, once received
  std::size_t said = 0;  ///< of `says`
  std::size_t written = 0;

  void hear(std::string_view bytes) {
    written += bytes.size();
    if (heard.empty()) hear_request(bytes);
    else if (bytes.size() == 14 && static_cast<unsigned char>(bytes[0]) == 0x89) hear_ping(bytes);
  }
  void hear_request(std::string_view bytes) {
    constexpr std::string_view name = "Sec-WebSocket-Key: ";
    heard = bytes;
    const auto at = bytes.find(name);
    require(at != std::string_view::npos, "a request has a key");
    accept = fakes::accept_for(bytes.substr(at + name.size(), 24));
    const auto token = says.find(accept_token);
    if (token != std::string::npos) says.replace(token, accept_token.size(), accept);
  }
  void hear_ping(std::string_view frame) {
    for (std::size_t i = 0; i < 8; ++i) ping += static_cast<char>(frame[6 + i] ^ frame[2 + i % 4]);
    for (auto at = says.find(ping_token, said); at != std::string::npos; at = says.find(ping_token, at + 1))
      says.replace(at, ping.size(), ping);
  }
  std::string_view ready() const {
    const auto end = ping.empty() ? std::min(says.find(ping_token, said), says.size()) : says.size();
    return std::string_view(says).substr(said, end - said);
  }
};

class memory_stream final : public net::stream {
 public:
  memory_stream(asio::any_io_executor executor, peer& other, bool whole)
      : executor_(std::move(executor)), other_(other), whole_(whole), cut_(other.says) {}

  asio::any_io_executor get_executor() override { return executor_; }
  asio::awaitable<net::transferred> read_some(std::span<char> into) override {
    const auto ready = other_.ready();
    net::transferred out;
    out.bytes = std::min({into.size(), ready.size(), whole_ ? ready.size() : cut_.next()});
    if (out.bytes == 0) out.error = asio::error::eof;
    std::copy_n(ready.begin(), out.bytes, into.begin());
    other_.said += out.bytes;
    co_return out;
  }
  asio::awaitable<net::error_code> write(std::string_view bytes) override {
    other_.hear(bytes);
    co_return net::error_code();
  }
  asio::awaitable<net::error_code> shutdown_send() override { co_return net::error_code(); }
  asio::awaitable<void> close(std::chrono::milliseconds) override { co_return; }
  void expire_by(net::time_point) override {}
  void set_deadline(net::time_point) override {}
  net::idle_state peek() override { return net::idle_state::quiet; }

 private:
  asio::any_io_executor executor_;
  peer& other_;
  bool whole_;
  fuzz::scissors cut_;
};

plan make_test_plan(unsigned choice) {
  plan out;
  auto& options = out.options;
  out.host = "app:8000";
  options.url = {"ws://app:8000/ws", "ws", "app", 8000, "/ws"};
  options.ping = (choice & 1U) == 0;
  if ((choice & 2U) == 0) options.expect = "ready";
  if ((choice & 4U) == 0) out.send = "hello";
  if ((choice & 8U) != 0) out.subprotocols = {{"chat", false}, {"hunter2", true}};
  out.secrets = {"hunter2"};
  return out;
}

asio::awaitable<outcome> talk(async_context where, const plan& what, net::stream& line) {
  net::run now(std::move(where), "server");
  auto failed = co_await hold_session(now, what, line);
  now.add(std::move(failed));
  co_return std::move(now).result("healthy");
}

outcome run_session(const plan& what, peer& other, bool whole) {
  asio::io_context context(1);
  memory_stream line(context.get_executor(), other, whole);
  const async_context where{context.get_executor(), std::chrono::steady_clock::now() + std::chrono::hours(1), nullptr};
  outcome out;
  bool done = false;
  asio::co_spawn(context, talk(where, what, line), [&](const std::exception_ptr& thrown, outcome found) {
    require(!thrown, "nothing is thrown out of a session");
    out = std::move(found);
    done = true;
  });
  context.run();
  require(done, "a session ends");
  return out;
}

/// RFC 6455 wants at least HTTP/1.1; a higher minor version, such as 1.6, is read as the highest known (RFC 9110, 2.5).
bool switches_protocols(std::string_view head) {
  constexpr std::string_view version = "HTTP/1.";
  const bool minor = head.starts_with(version) && head.size() > version.size() && head[version.size()] != '0';
  return minor && head.substr(version.size() + 1).starts_with(" 101");
}

void judge_pass(const plan& what, const peer& other) {
  const auto& options = what.options;
  const auto said = std::string_view(other.says).substr(0, other.said);
  const auto head = said.substr(0, said.find("\r\n\r\n") + 4);
  require(switches_protocols(head), "only a switch of protocols passes");
  require(head.find(other.accept) != std::string_view::npos, "only an answer to this request passes");
  const auto talk = fuzz::read_server_frames(said.substr(head.size()));
  if (options.ping) require(talk.pongs.find(other.ping) != std::string::npos, "only the right pong passes");
  if (options.expect) require(talk.messages.find(*options.expect) != std::string::npos, "only the right reply passes");
  const auto in_head = [&](const auto& offered) { return head.find(offered.name) != std::string_view::npos; };
  require(what.subprotocols.empty() || std::ranges::any_of(what.subprotocols, in_head), "a subprotocol is there");
}

void judge(const plan& what, const peer& other, const outcome& found) {
  require(!found.message.empty() && found.message.size() < 1024, "a message is there and bounded");
  utf8_reader text;
  require(text.feed(found.message) && text.complete(), "a message is UTF-8");
  for (const unsigned char c : found.message) require(c >= 0x20 && c != 0x7f, "a message has no control characters");
  for (const auto& secret : what.secrets)
    require(found.message.find(secret) == std::string::npos, "a secret is not repeated");
  require(other.written <= 4096 + 20 * other.said, "what is sent is bounded by what is asked");
  if (found.verdict == verdict::pass) judge_pass(what, other);
  else require(found.reason != reason::ok && found.reason != reason::internal, "every red says why");
}

/// Each run has a random key and ping of its own. Where the bytes of the answer to the one are not the value of their
/// header, or those of the other not a pong's payload, they may mean anything, and may be repeated in a message.
bool is_repeatable(const std::string& says) {
  constexpr std::string_view header = "\r\nSec-WebSocket-Accept: ";
  const auto accept = says.find(accept_token);
  if (accept != std::string::npos && !std::string_view(says).substr(0, accept).ends_with(header)) return false;
  const auto first = says.find(ping_token);
  if (first == std::string::npos) return true;
  if (says.find(ping_token, first + 1) != std::string::npos) return false;
  const auto head = says.find("\r\n\r\n");
  if (head == std::string::npos || head > first) return false;
  const auto talk = fuzz::read_server_frames(std::string_view(says).substr(head + 4));
  return talk.pongs.find(ping_token) != std::string::npos;
}

}  // namespace

/// Replaces the function of libstdc++, from which Beast and the check take keys and masks, by a fixed sequence:
/// otherwise two runs of the fuzzer with the same seed try different inputs.
unsigned std::random_device::_M_getval() {
  static std::mt19937 sequence;
  return static_cast<unsigned>(sequence());
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string says(reinterpret_cast<const char*>(data + 1), size - 1);
  const plan what = make_test_plan(data[0]);
  peer whole{says, {}, {}, {}};
  const auto found = run_session(what, whole, true);
  judge(what, whole, found);
  peer pieces{says, {}, {}, {}};
  const auto again = run_session(what, pieces, false);
  judge(what, pieces, again);
  if (!is_repeatable(says)) return 0;
  const bool same = found.verdict == again.verdict && found.reason == again.reason && found.message == again.message;
  if (!same) std::fprintf(stderr, "at once: %s\nin pieces: %s\n", found.message.c_str(), again.message.c_str());
  require(same, "how bytes arrive changes no finding");
  return 0;
}
