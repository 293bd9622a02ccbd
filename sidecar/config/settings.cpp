// Declares the options of every check and of the server, and computes defaults that depend on other options.
#include "config/settings.hpp"

#include <algorithm>

namespace telltale {

std::chrono::milliseconds check_settings::effective_failing_interval() const {
  return failing_interval.value_or(std::min(interval, std::chrono::milliseconds(2'000)));
}

std::chrono::milliseconds check_settings::effective_max_age() const { return max_age.value_or(2 * interval + timeout); }

severity check_settings::effective_severity() const {
  // If a shared dependency fails, a critical check would take all replicas out of service at once.
  return severity.value_or(scope == scope::shared ? severity::degraded : severity::critical);
}

bool check_settings::feeds(gate g) const { return gates.contains(g); }

namespace {

using settings_options = options_of<check_settings>;

settings_options&& with_cadence(settings_options&& options) {
  return std::move(options)
      .optional("interval", &check_settings::interval,
                "Time between two runs while the check does not fail; at least 100ms.")
      .optional("timeout", &check_settings::timeout,
                "Longest time one run may take, as a duration below interval; a run that overruns it fails.")
      .optional(
          "failing_interval", &check_settings::failing_interval,
          "Time between two runs while the check fails, so that recovery shows soon; at most interval, by default "
          "2s or interval if that is shorter, and possibly below timeout, since runs of a check never overlap; a slow "
          "check also rests for ten times as long as its run took.")
      .optional("initial_delay", &check_settings::initial_delay,
                "Time before the first run, during which the check is pending.")
      .optional("jitter", &check_settings::jitter,
                "Share of interval by which each run is moved at random, from 0% to 50%, so that replicas do not probe "
                "in step.")
      .optional("rise", &check_settings::rise,
                "Number of runs in a row without failure, from 1 to 100, that it takes to leave the failed state.")
      .optional("fall", &check_settings::fall,
                "Number of failed runs in a row, from 1 to 100, that it takes to enter the failed state.")
      .optional("max_age", &check_settings::max_age,
                "Age at which a result is stale and counts as failed; at least interval plus timeout, by default twice "
                "interval plus timeout.");
}

settings_options&& with_identity(settings_options&& options) {
  return std::move(options)
      .required(
          "name", &check_settings::name,
          "Name in answers, logs and metrics, unique: lower-case letters, digits, '_', '-' and '.', starting with "
          "a letter or digit, at most 63.")
      .required("type", &check_settings::type, "Check type, one of those that `telltale checks` lists.")
      .optional("gates", &check_settings::gates, "Gates the check feeds: live, ready, startup.")
      .optional(
          "severity", &check_settings::severity,
          "What a failure does to the gates: critical fails them, degraded makes them warn (still 200), info does "
          "nothing; by default critical, or degraded for scope shared.")
      .optional("scope", &check_settings::scope,
                "Whether the target belongs to this instance (local) or to all replicas (shared); shared checks must "
                "not feed live.")
      .optional("description", &check_settings::description,
                "What the check is about, for people; at most 1000 characters.")
      .optional("links", &check_settings::links,
                "Named http or https URLs shown with the check, such as a runbook or a dashboard.");
}

}  // namespace

const options_of<check_settings>& check_settings::declared_for_check() {
  static const auto options = with_cadence(with_identity(options_of<check_settings>()));
  return options;
}

const options_of<check_settings>& check_settings::declared_for_defaults() {
  static const auto options = with_cadence(options_of<check_settings>());
  return options;
}

const options_of<tls_settings>& tls_settings::declared() {
  static const auto options =
      options_of<tls_settings>()
          .required("cert", &tls_settings::cert, "PEM file with the server's certificate and its chain.")
          .required("key", &tls_settings::key, "PEM file with the certificate's private key.");
  return options;
}

bool listen_entry::does_serve(served what) const {
  return std::find(serves.begin(), serves.end(), what) != serves.end();
}

const options_of<listen_entry>& listen_entry::declared() {
  static const auto options =
      options_of<listen_entry>()
          .required("address", &listen_entry::address, "HOST:PORT, [V6]:PORT or unix:/path, as in listen itself.")
          .optional("serves", &listen_entry::serves,
                    "What this address serves: gates are /health, /ready and /startup, checks are /checks and "
                    "/checks/NAME, everything else is 404.");
  return options;
}

option_shape option_traits<listen_entry>::shape() {
  return {option_kind::text, {}, {{option_kind::group, {}, {}, listen_entry::declared().infos()}}, {}};
}

std::optional<listen_entry> option_traits<listen_entry>::parse(const raw_value& value, std::string_view option,
                                                               problems& errors) {
  if (value.kind == raw_value::kind_t::scalar) return listen_entry(value.text);
  if (value.kind != raw_value::kind_t::map) {
    detail::wrong_value(value, option, "an address, or {address: 0.0.0.0:9640, serves: gates}", errors);
    return std::nullopt;
  }
  const auto before = errors.size();
  auto parsed = listen_entry::declared().parse(value, errors);
  return errors.size() == before ? std::optional(std::move(parsed)) : std::nullopt;
}

std::string option_traits<listen_entry>::text(const listen_entry& value) {
  return option_traits<std::string>::text(value.address);
}

const options_of<server_settings>& server_settings::declared() {
  static const auto options =
      options_of<server_settings>()
          .optional("listen", &server_settings::listen,
                    "Addresses to listen on: HOST:PORT with a numeric host or localhost, [V6]:PORT, or unix:/path; the "
                    "kubelet probes the pod's address and needs 0.0.0.0:9640; {address: 0.0.0.0:9640, serves: gates} "
                    "answers less there than elsewhere.")
          .optional("details", &server_settings::details,
                    "What clients see that are neither on loopback nor authorised: full, only the names of checks, or "
                    "none.")
          .optional("metrics", &server_settings::metrics,
                    "Who may read /metrics, whose labels name checks, gates and reasons: everyone (open), or clients "
                    "on loopback and those with the token.")
          .optional(
              "startup", &server_settings::startup,
              "The startup gate after it has passed: with `follow` it fails again when a critical check fails, so "
              "that probes wait for an application that restarts alone; with `latch` it stays passed until "
              "telltale ends, for orchestrators that keep probing /startup.")
          .optional("token", &server_settings::token,
                    "Bearer token that authorises a client to see full details and metrics, from a file or an "
                    "environment variable.")
          .optional("tls", &server_settings::tls, "Certificate and key; with them the server speaks HTTPS only.")
          .optional("drain_delay", &server_settings::drain_delay,
                    "Time after SIGTERM during which requests are still answered, with the ready gate failing.")
          .optional("shutdown_timeout", &server_settings::shutdown_timeout,
                    "Time after SIGTERM by which the program ends, even if a check hangs; longer than drain_delay and "
                    "shorter than the pod's terminationGracePeriodSeconds.");
  return options;
}

}  // namespace telltale
