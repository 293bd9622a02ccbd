// Reloads the configuration on SIGHUP and with `watch: true`.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "config/config.hpp"
#include "reload/config_reader.hpp"
#include "snapshot/snapshot.hpp"

namespace telltale {

struct reload_source {
  std::string path;  ///< as given on the command line: "" the installed file, "-" standard input
  std::string default_path;
  const check_table* table = nullptr;
  environment env;
};

/// Interval at which `watch: true` reads the file. Content is compared instead of names and times: a ConfigMap
/// is swapped by symlinks, and an editor may replace the file. The kubelet itself takes up to a minute.
inline constexpr std::chrono::milliseconds watch_period{5'000};
/// A changed text is applied when a second read returns it again, because it may be incomplete.
inline constexpr std::chrono::milliseconds watch_settle{500};

/// Reads, validates, applies, counts and logs configurations. Used on the loop's thread.
class reloader {
 public:
  /// Applies a valid configuration, or changes nothing and returns the error. Empty: success.
  using apply = std::function<std::string(std::shared_ptr<config>)>;

  reloader(boost::asio::io_context&, reload_source, const config& in_force, apply,
           std::unique_ptr<config_reader> = nullptr);

  /// Reads and applies the file even when its text is unchanged, because secrets, certificates and variables may have
  /// changed. A call during a reload starts another one afterwards.
  void reload();
  void stop();
  const config_counters& counters() const { return counters_; }

  std::function<void()> refused;  ///< called when no configuration was applied

 private:
  void set_source(const config& in_force);
  void watch(bool wanted);
  void look_after(std::chrono::milliseconds);
  void looked(config_file);
  void ask(config_reader::read_done);
  void read();
  void take(config_file);
  void refuse(const std::string& why);

  boost::asio::steady_timer timer_;
  reload_source source_;
  apply apply_;
  std::unique_ptr<config_reader> reader_;
  config_counters counters_;
  bool watching_ = false;
  bool reading_ = false;
  bool pending_ = false;  ///< requested during a reload
  bool stopped_ = false;
  std::uint64_t seen_;                  ///< hash of the last text that was applied or rejected
  std::optional<std::uint64_t> newer_;  ///< hash of another text that was read once
};

}  // namespace telltale
