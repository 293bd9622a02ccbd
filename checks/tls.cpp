// The tls check: completes a TLS handshake and judges the server's certificate, chain and version.
#include <chrono>
#include <memory>
#include <string>

#include <fmt/format.h>

#include <telltale/async_check.hpp>
#include <telltale/check_type.hpp>

#include "net/dial.hpp"
#include "net/tls_refusal.hpp"
#include "tls/options.hpp"
#include "tls/served_file.hpp"

namespace telltale {
namespace {

namespace asio = boost::asio;

/// Data of one check that is created once and used by every run.
struct plan {
  explicit plan(tls_check_options chosen)
      : options(std::move(chosen)),
        target{options.address, options.network.ip, {}},
        client(net::make_tls_client(options.security, options.address.host)) {
    net::require_version(client, options.min_version);
  }
  tls_check_options options;
  net::target target;  ///< without TLS, which is started separately for the facts of its handshake
  net::tls_client client;
};

/// The usual limit replaces a missing one: watching the expiry is what this type is for.
void judge_expiry(net::run& now, const plan& what, const net::tls_facts& facts) {
  const auto& limit = what.options.security.certificate;
  if (!facts.first_expiry || limit.warn || limit.fail) return;
  const auto& [whose, dates] = *facts.first_expiry;
  auto found = net::judge_expiry(whose, dates, net::usual_expiry_limit(dates), net::current_time());
  if (found.verdict != verdict::pass) now.add(std::move(found));
}

/// Compares the server's certificate with the file, which the worker reads.
asio::awaitable<finding> compare_file(net::run& now, const file_path& file, const std::string& served) {
  auto read = co_await now.ctx.part->run(now.until);
  const auto& path = file.text;
  if (read.reason == reason::timeout || read.reason == reason::stuck)
    co_return net::failure(read.reason, fmt::format("{} could not be read: {}", path, read.message));
  if (read.verdict != verdict::pass) co_return net::failure(read.reason, std::move(read.message));
  if (read.message == served) co_return finding();
  co_return net::failure(
      reason::mismatch,
      fmt::format("the server presents the certificate with {}, but {} has {}: the server was not reloaded", served,
                  path, read.message));
}

std::string healthy_sentence(const plan& what, const net::tls_facts& facts) {
  auto out = fmt::format("TLS {:.1f}", facts.version);
  if (what.options.security.insecure) out += ", certificate not verified";
  else if (facts.first_expiry) out += ", certificate valid until " + net::date(facts.first_expiry->dates.until);
  if (what.options.file) out += ", the same as in " + what.options.file->text;
  return out;
}

asio::awaitable<void> judge(net::run& now, const plan& what, net::stream& line, const net::tls_facts& facts) {
  now.found.measure("protocol_version", facts.version);
  judge_expiry(now, what, facts);
  if (what.options.file) {
    auto other = co_await compare_file(now, *what.options.file, facts.identity);
    now.add(std::move(other));
  }
  const auto took = std::chrono::steady_clock::now() - now.begin;  // without the wait that follows
  auto refused = co_await net::await_refusal(now, line, what.client, facts);
  now.add(std::move(refused));
  now.judge_duration(took, what.options.network.latency);
}

/// Connects, and starts TLS at once or after STARTTLS. `line` is empty exactly when the result is a failure.
asio::awaitable<finding> connect(net::run& now, const plan& what, std::unique_ptr<net::stream>& line,
                                 net::tls_facts& facts) {
  auto dialed = co_await net::dial(now, what.target);
  if (!dialed.line) co_return std::move(dialed.failed);
  if (what.options.starttls) {
    auto declined = co_await net::negotiate_starttls(now, *dialed.line, *what.options.starttls);
    if (declined.verdict != verdict::pass) co_return declined;
  }
  auto failed = co_await net::start_tls(now, dialed.line, what.client, &facts);
  line = std::move(dialed.line);
  co_return failed;
}

asio::awaitable<outcome> run_once(std::shared_ptr<const plan> what, async_context ctx) {
  net::run now(std::move(ctx), to_text(what->options.address));
  net::tls_facts facts;
  std::unique_ptr<net::stream> line;
  auto failed = co_await connect(now, *what, line, facts);
  now.add(std::move(failed));
  if (line) co_await judge(now, *what, *line, facts);
  else now.judge_latency(what->options.network.latency);
  if (line) co_await line->close(std::chrono::milliseconds(250));
  co_return std::move(now).result(healthy_sentence(*what, facts));
}

class tls_check final : public async_check {
 public:
  explicit tls_check(tls_check_options options) : plan_(std::make_shared<const plan>(std::move(options))) {}
  asio::awaitable<outcome> probe(async_context ctx) override { return run_once(plan_, std::move(ctx)); }

 private:
  std::shared_ptr<const plan> plan_;
};

}  // namespace

namespace checks {

check_type tls() {
  auto measurements = net::dial_measurements();
  measurements.push_back(net::starttls_measurement());
  measurements.push_back({"protocol_version", "TLS version of the connection, such as 1.3."});
  return async_type_with_part<tls_check, served_file, tls_check_options>({
      .name = "tls",
      .summary = "Completes a TLS handshake, and judges the server's certificate, chain and version.",
      .proves = "The server completes a handshake with a certificate that clients accept, today and soon.",
      .does_not_prove = "That the protocol above TLS works, or that servers behind it have valid certificates.",
      .measurements = std::move(measurements),
  });
}

}  // namespace checks
}  // namespace telltale
