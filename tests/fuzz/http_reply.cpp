// Fuzz target: a server's bytes against the whole http check, over a connection in memory. The first byte chooses the
// options.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "base/utf8.hpp"
#include "http/plan.hpp"
#include "http/session.hpp"
#include "memory_stream.hpp"
#include "require.hpp"

using namespace telltale;
using fuzz::require;
namespace asio = boost::asio;

namespace {

constexpr std::string_view secret = "hunter2hunter2";

/// A second connection, for a retry or a redirect, is never made.
class no_names final : public name_resolver {
 public:
  asio::awaitable<resolution> resolve(std::string, std::uint16_t, std::chrono::steady_clock::time_point) override {
    resolution out;
    out.error = "there is no other server";
    co_return out;
  }
};

web::plan make_test_plan(unsigned choice) {
  http_options options;
  options.request.url = {"http://app:8000/health", "http", "app", 8000, "/health"};
  options.request.headers["X-Key"] = {std::string(secret), {}};
  options.max_body = {(choice & 1U) != 0 ? 16U : 1024U};
  if ((choice & 2U) != 0) options.contains = "ready";
  std::string why;
  if ((choice & 4U) != 0) options.json.wanted["/status"] = *parse_expectation("ok", why);
  if ((choice & 8U) != 0) options.expect_headers["Content-Type"] = *parse_expectation("~ json", why);
  if ((choice & 16U) != 0) options.redirects.most = 1;
  if ((choice & 32U) != 0) options.method = web::request_method::head;
  return web::make_plan(std::move(options));
}

/// Made once: loading the system's certificates for redirects takes longer than a session.
const web::plan& test_plan(unsigned choice) {
  static std::map<unsigned, web::plan> made;
  choice %= 64;
  const auto known = made.find(choice);
  return known != made.end() ? known->second : made.emplace(choice, make_test_plan(choice)).first->second;
}

asio::awaitable<outcome> talk(async_context where, const web::plan& what, std::unique_ptr<net::stream> line) {
  net::kept_connection kept(std::chrono::hours(1));
  net::lent_connection open;
  open.line = std::move(line);
  open.since = std::chrono::steady_clock::now();
  co_await kept.give_back(std::move(open));
  net::run now(std::move(where), "server");
  std::string healthy;
  auto found = co_await web::hold_session(now, what, kept, healthy);
  now.add(std::move(found));
  co_return std::move(now).result(healthy);
}

outcome run_session(const web::plan& what, std::string_view says, bool whole) {
  asio::io_context context(1);
  no_names names;
  const async_context where{context.get_executor(), std::chrono::steady_clock::now() + std::chrono::hours(1), &names};
  outcome out;
  bool done = false;
  auto line = std::make_unique<fuzz::memory_stream>(context.get_executor(), says, whole);
  asio::co_spawn(context, talk(where, what, std::move(line)), [&](const std::exception_ptr& thrown, outcome found) {
    require(!thrown, "nothing is thrown out of a session");
    out = std::move(found);
    done = true;
  });
  context.run();
  require(done, "a session ends");
  return out;
}

/// `says` is what the server delivers: without form feeds.
void judge(const web::plan& what, std::string_view says, const outcome& found) {
  const auto& message = found.message;
  require(message.size() <= 1024, "a message is short");
  require(valid_utf8(message) == message, "a message is valid UTF-8");
  require(std::ranges::none_of(message, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }),
          "a message has no control characters");
  require(message.find(secret) == std::string::npos, "a message has no secret");
  require(found.reason != reason::internal, "a server's bytes are never an internal error");
  require((found.verdict == verdict::pass) == (found.reason == reason::ok), "every red says why");
  if (found.verdict == verdict::fail) return;
  require(says.starts_with("HTTP/1."), "only HTTP/1 passes");
  const auto status = found.measured("status_code");
  require(status && *status >= 200 && *status < 300, "only a 2xx passes");
  const auto size = found.measured("body_bytes");
  require(size && *size <= static_cast<double>(what.options.max_body.count), "no more than the limit is read");
  require(*size <= static_cast<double>(says.size()), "no body is longer than what was said");
  const bool chunked = says.find("hunked") != std::string_view::npos;
  if (what.options.contains && !chunked)
    require(says.find(*what.options.contains) != std::string_view::npos, "the expected text was said");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string says(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto& what = test_plan(data[0]);
  const auto found = run_session(what, says, true);
  auto delivered = says;
  std::erase(delivered, '\f');
  judge(what, delivered, found);
  const auto again = run_session(what, says, false);
  judge(what, delivered, again);
  const bool same = found.verdict == again.verdict && found.reason == again.reason && found.message == again.message;
  if (!same) std::fprintf(stderr, "at once: %s\nin pieces: %s\n", found.message.c_str(), again.message.c_str());
  require(same, "how bytes arrive changes no finding");
  return 0;
}
