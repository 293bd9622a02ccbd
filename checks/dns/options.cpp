// Declares the options of the dns check and the rules between them. No I/O.
#include "dns/options.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/words.hpp"
#include "dns/answer.hpp"

namespace telltale {
namespace {

constexpr std::size_t most_servers = 16;

/// RFC 1035 section 2.3.4. Besides the letters of host names, names of records have `_` (RFC 2782), `/` (RFC 2317) and
/// `*` (RFC 4592).
bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && std::ranges::all_of(label, [](char c) {
    return is_letter_or_digit(c) || std::string_view("-_/*").find(c) != std::string_view::npos;
  });
}

bool is_domain_name(std::string_view name) {
  if (name == ".") return true;
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > 253 || name.ends_with('.')) return false;
  while (!name.empty())
    if (!is_label(take_until(name, '.'))) return false;
  return true;
}

bool is_onion(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return equal_ignoring_case(name, "onion") || lower(name).ends_with(".onion");
}

void validate_name(const dns_options& of, source_location at, problems& errors) {
  const bool is_address = !dns::reverse_name(of.query).empty();
  if (is_address && of.record == dns::record::ptr) return;
  if (is_address)
    errors.add(at, "query: an address has no name server to ask; use `record: PTR` for the name of an address");
  else if (!is_domain_name(of.query))
    errors.add(at,
               "query: expected a domain name such as db.prod.svc.cluster.local; letters other than ASCII are "
               "written as xn--...");
  else if (is_onion(of.query)) errors.add(at, "query: names below .onion are not in the DNS (RFC 7686)");
}

void validate_servers(const std::vector<dns::name_server>& servers, source_location at, problems& errors) {
  std::set<std::string> seen;
  for (const auto& each : servers)
    if (!seen.insert(dns::to_text(each)).second)
      errors.add(at, fmt::format("servers: {} is listed twice", dns::to_text(each)));
  if (servers.size() > most_servers) errors.add(at, fmt::format("servers: at most {} are asked", most_servers));
}

}  // namespace

options_of<dns_options> dns_options::declared() {
  using self = dns_options;
  return options_of<self>()
      .required("query", &self::query,
                "The full name to look up. It is queried as written: the search domains and ndots of resolv.conf never "
                "apply, so write db.prod.svc.cluster.local instead of db. With `record: PTR` also an IP address.")
      .optional("record", &self::record, "The type of record to ask for.")
      .optional("rcode", &self::rcode, "The expected response code; NXDOMAIN passes when the name does not exist.")
      .optional("answers", &self::answers,
                "Limit on the number of records of this type; each server must return at least so many.")
      .optional(
          "expect", &self::expect,
          "Expectation of the records, or a list of several: `192.0.2.1`, `10 mail.example.org`, `~ [.]internal$`. "
          "One record must meet it; with != and !~ every record. Records are texts as of `dig +short`, without "
          "final dots and quotes.")
      .optional("servers", &self::servers,
                "Name servers to ask, all of them: IP, IP:PORT or [IPV6]:PORT. Without it the first three of "
                "/etc/resolv.conf, which is read in every run. A server without a usable response is a warning while "
                "another one passes.")
      .optional("tcp", &self::tcp,
                "Ask over TCP. Without it UDP is used, and TCP after a truncated response, as resolvers do.")
      .optional("latency", &self::latency, "Limit on the time until the slowest response.");
}

void dns_options::validate(source_location at, problems& errors) const {
  validate_name(*this, at, errors);
  validate_servers(servers, at, errors);
  if (rcode != dns::rcode::noerror && (!expect.empty() || answers.warn || answers.fail))
    errors.add(at, "answers, expect: only a response with `rcode: NOERROR` has records");
  if (std::ranges::any_of(expect, &expectation::is_ordered))
    errors.add(at, "expect: records have no order; use a value, !=, ~ or !~");
  if ((answers.warn && *answers.warn == 0) || (answers.fail && *answers.fail == 0))
    errors.add(at, "answers: a limit of 0 has no effect; a response without records always fails");
}

dns::question dns_options::asked() const {
  auto reverse = record == dns::record::ptr ? dns::reverse_name(query) : "";
  return {reverse.empty() ? query : std::move(reverse), record, tcp};
}

}  // namespace telltale
