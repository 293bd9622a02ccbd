// Formats one check as a line of text.
#include "render/check_line.hpp"

#include <fmt/format.h>

#include "base/printable.hpp"

namespace telltale {
namespace {

std::string_view sign(check_state state) {
  switch (state) {
    case check_state::pass:
      return "[+]";
    case check_state::warn:
      return "[!]";
    case check_state::pending:
      return "[?]";
    case check_state::fail:
      return "[-]";
  }
  return "[-]";
}

/// True for a check that has not run. A model that is still loading is `fail pending` and has a message.
bool only_pending(const status& now) { return now.state == check_state::pending && now.reason == reason::pending; }

// Returns the state, and the reason where it adds information.
std::string verdict_part(const status& now) {
  if (now.state == check_state::pass) return "ok";
  if (only_pending(now)) return "pending";
  return fmt::format("{} {}", to_string(now.state), to_string(now.reason));
}

}  // namespace

std::string check_line(const check_view& view, details level) {
  const auto& settings = view.config->settings;
  auto out = fmt::format("{}{} {}", sign(view.status.state), printable(settings.name), verdict_part(view.status));
  const bool failing = view.status.state == check_state::fail;
  const bool explained = view.status.state == check_state::pass || only_pending(view.status);
  if (level == details::full && !explained && !view.status.message.empty())
    out += ": " + shortened(printable(view.status.message), max_message);
  if (failing && settings.effective_severity() != severity::critical)
    out += fmt::format(" (severity {})", to_string(settings.effective_severity()));
  return out;
}

}  // namespace telltale
