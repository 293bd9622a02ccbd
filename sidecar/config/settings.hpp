// The common options of all checks, and the options of the server.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <telltale/option.hpp>
#include <telltale/option_group.hpp>

#include "config/compact_value.hpp"
#include "config/gate_list.hpp"

namespace telltale {

enum class severity : std::uint8_t { critical, degraded, info };
enum class scope : std::uint8_t { local, shared };
enum class details : std::uint8_t { full, names, none };
enum class served : std::uint8_t { gates, metrics, checks };
enum class metrics_access : std::uint8_t { open, token };
/// The behaviour of the startup gate after it has passed.
enum class startup_mode : std::uint8_t { follow, latch };

template <>
struct choices<served> {
  static constexpr std::array<std::string_view, 3> names{"gates", "metrics", "checks"};
};
template <>
struct choices<metrics_access> {
  static constexpr std::array<std::string_view, 2> names{"open", "token"};
};
template <>
struct choices<startup_mode> {
  static constexpr std::array<std::string_view, 2> names{"follow", "latch"};
};

inline constexpr std::array<gate, 3> all_gates{gate::live, gate::ready, gate::startup};

template <>
struct choices<severity> {
  static constexpr std::array<std::string_view, 3> names{"critical", "degraded", "info"};
};
template <>
struct choices<scope> {
  static constexpr std::array<std::string_view, 2> names{"local", "shared"};
};
template <>
struct choices<details> {
  static constexpr std::array<std::string_view, 3> names{"full", "names", "none"};
};

/// The word of a configuration enumeration, e.g. "ready".
template <class Enum>
requires requires { choices<Enum>::names; }
constexpr std::string_view to_string(Enum value) { return choices<Enum>::names[static_cast<std::size_t>(value)]; }

/// Intervals and thresholds; also the `defaults:` section.
struct check_settings {
  std::chrono::milliseconds interval{10'000};
  std::chrono::milliseconds timeout{2'000};
  std::optional<std::chrono::milliseconds> failing_interval;  ///< default: min(interval, 2s)
  std::chrono::milliseconds initial_delay{0};
  percent jitter{10};
  std::uint64_t rise = 1;
  std::uint64_t fall = 1;
  std::optional<std::chrono::milliseconds> max_age;  ///< default: 2 * interval + timeout

  // Valid for one check, not in `defaults`.
  std::string name;
  std::string type;
  gate_list gates{gate::ready};
  std::optional<telltale::severity> severity;  ///< default: critical; degraded when the scope is shared
  telltale::scope scope = scope::local;
  compact_value<std::string> description;
  compact_value<text_map> links;  ///< relation or title -> URL, shown in health+json

  std::chrono::milliseconds effective_failing_interval() const;
  std::chrono::milliseconds effective_max_age() const;
  telltale::severity effective_severity() const;
  bool feeds(gate) const;

  /// The options of a check entry; of the `defaults` section.
  static const options_of<check_settings>& declared_for_check();
  static const options_of<check_settings>& declared_for_defaults();
};

struct tls_settings {
  file_path cert;
  file_path key;
  static const options_of<tls_settings>& declared();
};

/// One entry of `listen`: an address, or `{address: …, serves: …}`.
struct listen_entry {
  listen_entry() = default;
  listen_entry(std::string where)
      : address(std::move(where)) {}                   // NOLINT: an address without `serves` serves everything
  listen_entry(const char* where) : address(where) {}  // NOLINT

  /// HOST:PORT with a numeric host, [V6]:PORT or unix:/path; validated by `check_rules`.
  std::string address;
  std::vector<served> serves{served::gates, served::metrics, served::checks};

  bool does_serve(served) const;
  bool operator==(const listen_entry&) const = default;
  static const options_of<listen_entry>& declared();
};

template <>
struct option_traits<listen_entry> {
  static option_shape shape();
  static std::optional<listen_entry> parse(const raw_value&, std::string_view option, problems&);
  static std::string text(const listen_entry&);
};

struct server_settings {
  std::vector<listen_entry> listen{"127.0.0.1:9640"};
  telltale::details details = details::full;
  metrics_access metrics = metrics_access::open;
  startup_mode startup = startup_mode::follow;
  std::optional<secret> token;
  std::optional<tls_settings> tls;
  std::chrono::milliseconds drain_delay{5'000};
  std::chrono::milliseconds shutdown_timeout{25'000};
  static const options_of<server_settings>& declared();
};

}  // namespace telltale
