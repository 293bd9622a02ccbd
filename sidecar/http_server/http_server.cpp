// Implements the server: listeners, TLS renewal and shutdown.
#include "http_server/http_server.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http_server/accept_loop.hpp"
#include "http_server/connection.hpp"
#include "http_server/listener.hpp"
#include "http_server/tls_renewal.hpp"
#include "log/log.hpp"

namespace telltale {
namespace {

namespace asio = boost::asio;
using tcp_endpoint = asio::ip::tcp::endpoint;

// The other half is reserved for workers, checks and files.
std::size_t half_the_descriptors() {
  constexpr rlim_t plenty = 1 << 16;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 512;
  return static_cast<std::size_t>(std::clamp<rlim_t>(limit.rlim_cur / 2, 1, plenty));
}

void log_change_of_family(const listen_address& wanted, const listen_address& bound) {
  const auto* asked = std::get_if<tcp_endpoint>(&wanted.where);
  if (asked == nullptr || asked->protocol() == std::get<tcp_endpoint>(bound.where).protocol()) return;
  log(log_level::warn, "the kernel has no IPv6; listening on IPv4 only",
      {{"wanted", std::string_view(wanted.text)}, {"address", std::string_view(bound.text)}});
}

class server final : public http_server {
 public:
  server(asio::io_context& loop, handler answer, http_limits limits, const std::optional<tls_files>& tls)
      : loop_(loop), state_(std::make_shared<server_state>(loop, std::move(answer), limits)), tls_timer_(loop) {
    if (tls) tls_ = std::make_shared<tls_renewal>(*tls);
    if (limits.max_connections == 0) state_->service.limits.max_connections = half_the_descriptors();
    state_->on_closed = [this] { finish_if_empty(); };
    if (tls_) look_at_tls_files();
  }

  ~server() override {
    state_->on_closed = nullptr;
    state_->stopping = true;
    *alive_ = false;
    close_listeners();
    state_->list.drop_all();
  }
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  void listen(const std::string& address) override {
    const auto wanted = parse_listen_address(address);
    auto opened = std::make_shared<listener>(loop_, wanted, shares_port(wanted), state_->service.limits.write_deadline,
                                             listeners_.size());
    listeners_.push_back(opened);
    log_change_of_family(wanted, opened->bound());
    start_accepting(state_, opened, tls_);
  }

  std::vector<std::string> addresses() const override {
    std::vector<std::string> out;
    for (const auto& each : listeners_) out.push_back(each->bound().text);
    return out;
  }

  std::size_t connections() const override { return state_->list.size(); }
  const std::map<int, std::uint64_t>& refusals() const override { return state_->service.refusals; }

  void stop(std::function<void()> done) override {
    state_->stopping = true;
    waiting_.push_back(std::move(done));
    tls_timer_.cancel();
    close_listeners();
    state_->list.drop_idle();
    finish_if_empty();
  }

 private:
  void close_listeners() {
    for (const auto& each : listeners_) each->close();
  }

  void look_at_tls_files() {
    tls_timer_.expires_after(state_->service.limits.tls_check_interval);
    auto later = [this, alive = alive_](const boost::system::error_code& ec) {
      if (ec || !*alive || state_->stopping) return;
      tls_->check_files();
      look_at_tls_files();
    };
    tls_timer_.async_wait(std::move(later));
  }

  void finish_if_empty() {
    if (!state_->stopping || state_->list.size() > 0) return;
    for (auto& done : std::exchange(waiting_, {})) {
      auto unless_gone = [alive = alive_, done = std::move(done)] {
        if (*alive && done) done();
      };
      asio::post(loop_, std::move(unless_gone));
    }
  }

  // `0.0.0.0:9640` followed by `[::]:9640`: the second must not bind IPv4. In the other order the first has bound both.
  bool shares_port(const listen_address& wanted) const {
    const auto* mine = std::get_if<tcp_endpoint>(&wanted.where);
    if (mine == nullptr) return false;
    for (const auto& each : listeners_) {
      const auto* other = std::get_if<tcp_endpoint>(&each->bound().where);
      if (other == nullptr || other->port() != mine->port()) continue;
      const auto& theirs = other->address();
      if (mine->address().is_v6() && theirs.is_v4()) return true;
      if (mine->address().is_v4() && theirs.is_v6() && theirs.is_unspecified())
        throw std::runtime_error(
            fmt::format("cannot listen on {}: {} includes IPv4; remove this address, or list it first", wanted.text,
                        each->bound().text));
    }
    return false;
  }

  asio::io_context& loop_;
  std::shared_ptr<server_state> state_;
  std::shared_ptr<tls_renewal> tls_;
  asio::steady_timer tls_timer_;
  std::vector<std::shared_ptr<listener>> listeners_;
  std::vector<std::function<void()>> waiting_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

std::unique_ptr<http_server> make_http_server(asio::io_context& loop, http_server::handler answer, http_limits limits,
                                              std::optional<tls_files> tls) {
  return std::make_unique<server>(loop, std::move(answer), limits, tls);
}

}  // namespace telltale
