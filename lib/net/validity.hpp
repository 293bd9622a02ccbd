// Judges the dates of a certificate and words the result. No I/O, no OpenSSL.
#pragma once

#include <chrono>
#include <string>

#include <telltale/finding.hpp>
#include <telltale/limit.hpp>

namespace telltale::net {

/// From notBefore to notAfter (RFC 5280 section 4.1.2.5). Seconds, because years up to 9999 do not fit in nanoseconds.
struct validity {
  std::chrono::sys_seconds from;
  std::chrono::sys_seconds until;
  friend bool operator==(const validity&, const validity&) = default;
};

using expiry_limit = lower_limit<std::chrono::milliseconds>;

std::chrono::sys_seconds current_time();

/// "2026-01-02 03:04 UTC" and "2026-01-02".
std::string date_and_time(std::chrono::sys_seconds);
std::string date(std::chrono::sys_seconds);

/// Fails with `tls` outside of the period. `who` begins the sentence, e.g. "the server's certificate". Within a day of
/// a bound, and always before the period, the sentence names the other cause: the clock of this machine.
finding judge_validity(const std::string& who, const validity&, std::chrono::sys_seconds now);

/// Compares the time until the end with the limit: `threshold`, e.g. "WHO expires in 9 d, on 2026-01-02 (limit 14d)".
/// The sentence of an expired certificate names no limit.
finding judge_expiry(const std::string& who, const validity&, const expiry_limit&, std::chrono::sys_seconds now);

/// The limit of checks that have none: warn in the last sixth of the period, but not earlier than 21 days before its
/// end. cert-manager, certbot and the kubelet renew when a third of the period is left, or earlier. So half of the time
/// that they have is over, also for certificates that are valid for a day or a year.
expiry_limit usual_expiry_limit(const validity&);

}  // namespace telltale::net
