// The closed set of reasons of a check; the same words appear in JSON, text, logs, metrics and the command line.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace telltale {

/// The cause of a check's verdict. To extend it, add the enumerator here and its row in `reason_table` below, and
/// nowhere else: metrics, documentation and the JSON Schema follow from the table.
enum class reason : std::uint8_t {
  ok,
  idle,
  threshold,
  timeout,
  stuck,
  stale,
  pending,
  crashed,
  missing,
  denied,
  locked,
  corrupt,
  replaced,
  readonly,
  full,
  refused,
  unreachable,
  dns,
  tls,
  auth,
  protocol,
  mismatch,
  loading,
  role,
  lag,
  overload,
  draining,
  internal,
};

struct reason_row {
  reason value;
  std::string_view name;
  std::string_view meaning;
};

inline constexpr auto reason_table = std::to_array<reason_row>({
    {reason::ok, "ok", "nothing to report"},
    {reason::idle, "idle", "the target is not in use, so the check was skipped"},
    {reason::threshold, "threshold", "a measurement crossed a configured limit"},
    {reason::timeout, "timeout", "no answer before the deadline"},
    {reason::stuck, "stuck", "an earlier run still hangs in the kernel and cannot be killed"},
    {reason::stale, "stale", "the last result is too old to be valid"},
    {reason::pending, "pending", "not run yet"},
    {reason::crashed, "crashed", "the process running the probe died"},
    {reason::missing, "missing", "the target does not exist"},
    {reason::denied, "denied", "permission denied"},
    {reason::locked, "locked", "the target is locked by another process"},
    {reason::corrupt, "corrupt", "the target exists but its content is damaged"},
    {reason::replaced, "replaced", "the target was deleted or replaced while in use"},
    {reason::readonly, "readonly", "the target cannot be written"},
    {reason::full, "full", "no space or no inodes are left"},
    {reason::refused, "refused", "the connection was refused or declined"},
    {reason::unreachable, "unreachable", "there is no route to the target"},
    {reason::dns, "dns", "the name does not resolve"},
    {reason::tls, "tls", "the TLS handshake or certificate check failed"},
    {reason::auth, "auth", "the target requires other credentials"},
    {reason::protocol, "protocol", "the target broke its protocol"},
    {reason::mismatch, "mismatch", "the target works but is not what was expected"},
    {reason::loading, "loading", "the target is starting, and says so itself"},
    {reason::role, "role", "the target works, but in another role than expected"},
    {reason::lag, "lag", "the target is behind its source"},
    {reason::overload, "overload", "the target is too busy, and says so itself"},
    {reason::draining, "draining", "the program is shutting down"},
    {reason::internal, "internal", "telltale itself could not run the check"},
});

inline constexpr std::size_t reason_count = reason_table.size();

namespace detail {
consteval bool reason_table_in_order() {
  for (std::size_t i = 0; i < reason_table.size(); ++i)
    if (static_cast<std::size_t>(reason_table[i].value) != i) return false;
  return true;
}
static_assert(reason_table_in_order(), "reason_table must list the enumerators in their order");
}  // namespace detail

/// The word for a reason, e.g. "threshold".
constexpr std::string_view to_string(reason r) { return reason_table[static_cast<std::size_t>(r)].name; }

}  // namespace telltale
