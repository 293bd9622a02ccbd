// Fuzz target: a PostgreSQL server's bytes against a whole run of the postgres check, over a connection in memory. The
// first byte chooses the options. TLS is not part of it. A form feed ends a read. What passes is read again by a second
// reader of the messages.
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "base/utf8.hpp"
#include "memory_stream.hpp"
#include "net/kept_connection.hpp"
#include "postgres/plan.hpp"
#include "postgres/session.hpp"
#include "require.hpp"

using namespace telltale;
using fuzz::require;
namespace asio = boost::asio;

namespace {

constexpr std::string_view password = "hunter2hunter2";

postgres::plan plan_of(unsigned bits) {
  postgres::plan out;
  out.shown = "server";
  out.login = {"app", (bits & 1U) != 0 ? std::string(password) : "", (bits & 2U) != 0};
  out.secrets = {std::string(password)};
  if ((bits & 4U) != 0) out.options.mode = postgres::probe_mode::ready;
  if ((bits & 8U) != 0) {
    out.options.query = "SELECT 7";
    out.options.expect = parse_expectation("7");
  }
  if ((bits & 16U) != 0) {
    out.options.connections.warn = percent{50};
    out.options.replication_lag.emplace();
    out.options.replication_lag->time.fail = std::chrono::seconds(10);
    out.options.oldest_transaction.warn = std::chrono::seconds(10);
    out.options.lock_waits.fail = 10;
  }
  if ((bits & 32U) != 0) out.role = postgres::server_role::primary;
  return out;
}

asio::awaitable<outcome> run_session(async_context where, const postgres::plan& what,
                                     std::unique_ptr<net::stream> line) {
  net::run now(std::move(where), what.shown);
  net::lent_connection lent;
  lent.line = std::move(line);
  postgres::lag_history before;
  std::string healthy;
  auto done = co_await postgres::session_over(now, what, lent, before, healthy);
  now.add(std::move(done.found));
  co_return std::move(now).result(healthy);
}

struct result {
  outcome found;
  std::string heard;
  std::string written;
};

/// Outlives the run, whose stream it was.
class watched_stream final : public net::stream {
 public:
  watched_stream(asio::any_io_executor executor, std::string_view says, bool whole, result& into)
      : below_(std::move(executor), says, whole), into_(into) {}
  ~watched_stream() override {
    into_.heard = below_.delivered();
    into_.written = below_.written();
  }
  asio::any_io_executor get_executor() override { return below_.get_executor(); }
  asio::awaitable<net::transferred> read_some(std::span<char> into) override { return below_.read_some(into); }
  asio::awaitable<net::error_code> write(std::string_view bytes) override { return below_.write(bytes); }
  asio::awaitable<net::error_code> shutdown_send() override { return below_.shutdown_send(); }
  asio::awaitable<void> close(std::chrono::milliseconds wait) override { return below_.close(wait); }
  void expire_by(net::time_point) override {}
  void set_deadline(net::time_point) override {}
  net::idle_state peek() override { return net::idle_state::quiet; }

 private:
  fuzz::memory_stream below_;
  result& into_;
};

result run(const postgres::plan& what, std::string_view says, bool whole) {
  asio::io_context context(1);
  const async_context where{context.get_executor(), std::chrono::steady_clock::now() + std::chrono::hours(1), nullptr};
  result out;
  bool done = false;
  auto line = std::make_unique<watched_stream>(context.get_executor(), says, whole, out);
  asio::co_spawn(context, run_session(where, what, std::move(line)),
                 [&](const std::exception_ptr& thrown, outcome found) {
                   require(!thrown, "nothing is thrown out of a session");
                   out.found = std::move(found);
                   done = true;
                 });
  context.run();
  require(done, "a session ends");
  return out;
}

/// The types of the messages, as a second reader finds them; cut off where they are not well-formed.
std::string types_in(std::string_view bytes) {
  std::string out;
  while (bytes.size() >= 5) {
    std::size_t length = 0;
    for (const unsigned char c : bytes.substr(1, 4)) length = length << 8 | c;
    if (length < 4 || length >= bytes.size()) break;
    out += bytes[0];
    bytes.remove_prefix(1 + length);
  }
  return out;
}

void judge(const postgres::plan& what, const result& got) {
  const auto& message = got.found.message;
  require(!message.empty() && message.size() < 2048, "a message is there and bounded");
  require(valid_utf8(message) == message, "a message is UTF-8");
  for (const unsigned char c : message) require(c >= 0x20 && c != 0x7f, "a message has no control characters");
  require(message.find(password) == std::string::npos, "a password is not repeated");
  require(got.heard.size() <= 256 * 1024 + 4096, "what is read is bounded");
  if (!what.login.may_be_readable)
    require(got.written.find(password) == std::string::npos, "a password is not sent in clear text");
  if (got.found.verdict == verdict::fail)
    return require(got.found.reason != reason::ok && got.found.reason != reason::internal, "every red says why");
  const auto types = types_in(got.heard);
  if (what.options.mode == postgres::probe_mode::ready)
    return require(types.find_first_of("RE") != std::string::npos, "only a login or its refusal shows readiness");
  const auto login = types.find('R'), row = types.find('D');
  require(login < row && row != std::string::npos, "what passes has logged in and read a row");
  require(types.find('Z') < row && types.rfind('Z') > row, "what passes has been ready before and after the row");
  require(got.written.find("ROLLBACK") != std::string::npos, "the transaction is ended");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view says(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto what = plan_of(data[0]);
  const auto whole = run(what, says, true);
  const auto pieces = run(what, says, false);
  judge(what, whole);
  judge(what, pieces);
  require(whole.found.verdict == pieces.found.verdict && whole.found.reason == pieces.found.reason,
          "how bytes arrive changes no result");
  return 0;
}
