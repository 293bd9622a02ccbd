// Chooses wording and level of the log lines about changes.
#include "snapshot/change_log.hpp"

#include <fmt/format.h>

#include "log/log.hpp"

namespace telltale {
namespace {

log_level level_of(check_state state, severity weight) {
  if (state == check_state::fail) return weight == severity::critical ? log_level::error : log_level::warn;
  return state == check_state::warn ? log_level::warn : log_level::info;
}

}  // namespace

void log_check_change(const check_config& config, check_state before, const status& now,
                      std::chrono::nanoseconds duration) {
  const auto& name = config.settings.name;
  const auto line = fmt::format("check {}: {} -> {}", name, to_string(before), to_string(now.state));
  log(level_of(now.state, config.settings.effective_severity()), line,
      {{"check", name},
       {"check_type", config.settings.type},
       {"state", to_string(now.state)},
       {"previous", to_string(before)},
       {"reason", to_string(now.reason)},
       {"detail", now.message},
       {"duration_ms", std::chrono::duration<double, std::milli>(duration).count()}});
}

void log_gate_change(gate which, const gate_state& now) {
  const bool failing = now.state == verdict::fail;
  log(failing ? log_level::warn : log_level::info,
      fmt::format("gate {}: {}", to_string(which), failing ? "failing" : "passing"),
      {{"gate", to_string(which)},
       {"status", to_string(now.state)},
       {"reason", to_string(now.reason)},
       {"detail", now.message}});
}

}  // namespace telltale
