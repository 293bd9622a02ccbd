// SIGHUP and `watch: true`: when the configuration is read again, and what becomes of it.
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

/// How often `watch: true` reads the file. The content is compared, not names or times: a ConfigMap is swapped by
/// symlinks, an editor may replace the file. The kubelet itself needs up to a minute.
inline constexpr std::chrono::milliseconds watch_period{5'000};
/// A changed text is taken when a second look finds it the same: it may be half written.
inline constexpr std::chrono::milliseconds watch_settle{500};

/// Reads, checks, hands over, counts and logs. Lives on the loop's thread.
class reloader {
 public:
  /// Puts a valid configuration in force, or changes nothing and says why not. Empty: done.
  using apply = std::function<std::string(std::shared_ptr<config>)>;

  reloader(boost::asio::io_context&, reload_source, const config& in_force, apply,
           std::unique_ptr<config_reader> = nullptr);

  /// Reads the file and takes it even when its text is the same: secrets, certificates and variables may not be.
  /// Asked for again meanwhile, it does so once more afterwards.
  void reload();
  void stop();
  const config_counters& counters() const { return counters_; }

  std::function<void()> refused;  ///< called when nothing was put in force

 private:
  void came_from(const config& in_force);
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
  bool wanted_ = false;  ///< asked for while one was under way
  bool stopped_ = false;
  std::uint64_t seen_;                  ///< hash of the text last taken or refused
  std::optional<std::uint64_t> newer_;  ///< hash of another text that was seen once
};

}  // namespace telltale
