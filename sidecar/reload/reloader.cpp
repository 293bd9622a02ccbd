// Implements reloading: one read at a time, and a rejected configuration changes nothing.
#include "reload/reloader.hpp"

#include <utility>

#include "config/load_config.hpp"
#include "config/text_hash.hpp"
#include "diagnostics/error_text.hpp"
#include "log/log.hpp"

namespace telltale {

reloader::reloader(boost::asio::io_context& io, reload_source source, const config& in_force, apply apply,
                   std::unique_ptr<config_reader> reader)
    : timer_(io),
      source_(std::move(source)),
      apply_(std::move(apply)),
      reader_(reader ? std::move(reader) : make_config_reader(io)),
      counters_{true, std::chrono::system_clock::now(), in_force.hash},
      seen_(in_force.hash) {
  set_source(in_force);
  watch(in_force.watch);
  if (watching_) look_after(watch_period);
}

/// Once a file is used, its disappearance is an error; the built-in configuration is not a fallback.
void reloader::set_source(const config& in_force) {
  if (source_.path.empty() && in_force.source != built_in_source) source_.path = in_force.source;
}

void reloader::stop() {
  stopped_ = true;
  timer_.cancel();
}

void reloader::reload() {
  if (stopped_) return;
  if (source_.path == "-") return log(log_level::warn, "not reloaded: the configuration was read from standard input");
  if (reading_) {
    pending_ = true;
    return;
  }
  read();
}

void reloader::watch(bool wanted) {
  watching_ = wanted && source_.path != "-";
  if (wanted && !watching_)
    log(log_level::warn, "watch: true has no effect: the configuration was read from standard input");
  if (!watching_) timer_.cancel();
}

void reloader::ask(config_reader::read_done done) {
  reading_ = true;
  reader_->read(source_.path.empty() ? source_.default_path : source_.path, [this, done](config_file file) {
    reading_ = false;
    if (!stopped_) done(std::move(file));
  });
}

void reloader::look_after(std::chrono::milliseconds pause) {
  timer_.expires_after(pause);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || stopped_ || !watching_) return;
    if (!reading_) ask([this](config_file file) { looked(std::move(file)); });
  });
}

void reloader::looked(config_file file) {
  if (std::exchange(pending_, false)) return read();
  const auto hash = text_hash(file.error.empty() ? file.text : file.error);
  const bool settled = newer_ == hash;
  newer_ = hash == seen_ || settled ? std::nullopt : std::optional(hash);
  if (newer_) return look_after(watch_settle);
  if (hash != seen_) take(std::move(file));
  if (watching_) look_after(watch_period);
}

void reloader::read() {
  ask([this](config_file file) {
    take(std::move(file));
    if (std::exchange(pending_, false)) read();
    else if (watching_) look_after(watch_period);
  });
}

void reloader::take(config_file file) {
  seen_ = text_hash(file.error.empty() ? file.text : file.error);
  auto result = take_config(std::move(file), source_.path, source_.default_path, *source_.table, source_.env);
  if (const auto* errors = std::get_if<config_errors>(&result)) return refuse(to_text(*errors));
  const auto next = std::make_shared<config>(std::get<config>(std::move(result)));
  if (const auto why = apply_(next); !why.empty()) return refuse(why);
  counters_ = {true, std::chrono::system_clock::now(), next->hash};
  set_source(*next);
  watch(next->watch);
}

void reloader::refuse(const std::string& why) {
  counters_.last_reload_successful = false;
  log(log_level::error, "not reloaded: invalid configuration, keeping the current one", {{"error", why}});
  if (refused) refused();
}

}  // namespace telltale
