// Wires the parts of the running sidecar together and stops them in order.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "app/serve.hpp"
#include "config/config.hpp"
#include "http_server/http_server.hpp"
#include "reload/reloader.hpp"
#include "routes/routes.hpp"
#include "runner/runner_factory.hpp"
#include "scheduler/scheduler.hpp"
#include "snapshot/board.hpp"
#include "worker/reaper.hpp"

namespace telltale {

/// Uses one io_context and one thread. The constructor builds everything and binds the listeners. It throws
/// std::runtime_error with the message to print when the configuration cannot be applied.
class sidecar {
 public:
  sidecar(config, const serve_options&);
  ~sidecar();
  sidecar(const sidecar&) = delete;
  sidecar& operator=(const sidecar&) = delete;

  /// Returns after SIGTERM or SIGINT and the drain, within `shutdown_timeout` in any case.
  void run();

 private:
  reply answer(const request&);
  program_counters counters() const;
  void evaluate_soon();
  std::string reconfigure(std::shared_ptr<config>);
  void wait_for_signal();
  void reload();
  void drain(int signal);
  void close_listeners();
  void finish(const char* how);

  std::shared_ptr<config> config_;  ///< the current configuration; snapshots share it
  boost::asio::io_context io_{1};
  boost::asio::signal_set signals_;
  boost::asio::steady_timer drain_timer_;
  boost::asio::steady_timer shutdown_timer_;
  std::unique_ptr<runner_factory> runners_;
  std::unique_ptr<reaper> reaper_;  ///< set as PID 1
  board board_;
  problems refused_;
  scheduler scheduler_;
  serve_options options_;
  std::vector<listen_entry> listeners_;  ///< as at the start; a reload does not change them
  std::optional<tls_settings> tls_;
  router router_;
  std::unique_ptr<http_server> server_;
  reloader reloader_;
  std::map<std::pair<std::string, int>, std::uint64_t> requests_;
  bool evaluating_ = false;
  bool draining_ = false;
};

}  // namespace telltale
