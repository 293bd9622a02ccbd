// Implements the judgement of name servers' replies.
#include "dns/judge.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/error.hpp>

#include <telltale/units.hpp>

#include "base/peer_text.hpp"
#include "dns/answer.hpp"
#include "net/explain.hpp"

namespace telltale::dns {
namespace {

namespace errors = boost::asio::error;
using net::failure;
constexpr net::phase_words answering{"no answer", "in the middle of its response"};

bool was_connected(const boost::system::error_code& error) {
  return error == errors::eof || error == errors::connection_reset || error == errors::broken_pipe;
}

/// Why there is no response.
finding explain_silence(const reply& from, std::chrono::nanoseconds budget) {
  if (from.error == errors::message_size)
    return failure(reason::protocol, "sent too much without a response to the query");
  if (was_connected(from.error)) return net::explain_broken(from.error, answering, from.heard, budget);
  if (from.error) return net::explain_connect(from.error, "the server", budget);
  if (from.heard) return failure(reason::protocol, "what it sent is no response to the query");
  return net::timed_out(answering, budget);
}

finding explain_no_response(const reply& from, std::chrono::nanoseconds budget) {
  auto out = explain_silence(from, budget);
  if (from.truncated) out.sentence = "its response is truncated, and over TCP: " + out.sentence;
  return out;
}

std::string code_text(unsigned code) {
  const auto& names = choices<rcode>::names;
  return code < names.size() ? std::string(names[code]) : fmt::format("response code {}", code);
}

std::string joined(const std::vector<std::string>& texts) { return fmt::format("{}", fmt::join(texts, ", ")); }

/// The records as a text for messages; a server may send thousands. Sorted, because servers rotate them.
std::string shown_records(std::vector<std::string> values) {
  constexpr std::size_t most = 8;
  const auto count = values.size();
  std::ranges::sort(values);
  if (count > most) values.resize(most);
  auto out = shown_peer_text(joined(values), {}, 160);
  return count > most ? fmt::format("{} and {} more", out, count - most) : out;
}

/// Resolvers take these codes from the server that they ask first. With any other they ask the next one.
bool is_final(unsigned code) {
  return code == static_cast<unsigned>(rcode::noerror) || code == static_cast<unsigned>(rcode::nxdomain);
}

finding unexpected_code(unsigned code, const dns_options& of) {
  const auto wanted = static_cast<unsigned>(of.rcode);
  if (of.rcode != rcode::noerror)
    return failure(reason::mismatch, fmt::format("{}, expected {}", code_text(code), code_text(wanted)));
  // Search domains make such names work elsewhere.
  const bool is_short = std::ranges::count(of.query, '.') < 2 && !of.query.ends_with('.');
  const auto* hint = is_short ? "; search domains do not apply here" : "";
  if (code == static_cast<unsigned>(rcode::nxdomain))
    return failure(reason::missing, fmt::format("the name does not exist (NXDOMAIN){}", hint));
  if (code == static_cast<unsigned>(rcode::refused))
    return failure(reason::refused, "refused the query (REFUSED): it does not serve this name or this client");
  if (code == static_cast<unsigned>(rcode::servfail))
    return failure(reason::dns, "could not answer (SERVFAIL): its upstream servers or DNSSEC may have failed");
  return failure(reason::dns, fmt::format("could not answer ({})", code_text(code)));
}

std::string empty_text(const dns_options& of) { return fmt::format("the name has no {} record", name_of(of.record)); }

bool is_negated(const expectation& wanted) {
  return wanted.wanted == expectation::relation::not_equal || wanted.wanted == expectation::relation::no_match;
}

bool meet(const std::vector<std::string>& values, expectation wanted, record type) {
  if (!wanted.compiled) wanted.value = canonical(wanted.value, type);
  const auto holds = [&](const std::string& value) { return wanted.holds(value); };
  return is_negated(wanted) ? std::ranges::all_of(values, holds) : std::ranges::any_of(values, holds);
}

finding judge_records(const std::vector<std::string>& values, const dns_options& of) {
  if (values.empty()) return failure(reason::missing, empty_text(of));
  for (const auto& wanted : of.expect)
    if (!meet(values, wanted, of.record))
      return failure(reason::mismatch,
                     unmet(fmt::format("the {} records are {}", name_of(of.record), shown_records(values)), wanted));
  const auto v = judge(values.size(), of.answers);
  if (v == verdict::pass) return {};
  return {v, reason::threshold,
          fmt::format("{} (limit {}): {}", count_text(values.size(), of.record), crossed(of.answers, v),
                      shown_records(values))};
}

finding judge_answer(const answer& got, const dns_options& of) {
  switch (got.fault) {
    case answer::fault_t::malformed:
      return failure(reason::protocol, "its response has a malformed record or host name");
    case answer::fault_t::query:
      return failure(reason::protocol, "what it sent is a query, not a response");
    case answer::fault_t::several_soa:
      return failure(reason::mismatch, "its response has more than a SOA record; ask for the name of the zone itself");
    case answer::fault_t::none:
      break;
  }
  if (of.rcode == rcode::noerror && got.code == 0) return judge_records(got.values, of);
  if (got.code == static_cast<unsigned>(of.rcode)) return {};
  if (got.code != 0) return unexpected_code(got.code, of);
  const auto found = got.values.empty() ? empty_text(of) : shown_records(got.values);
  return failure(reason::mismatch,
                 fmt::format("the name exists: {}, expected {}", found, code_text(static_cast<unsigned>(of.rcode))));
}

}  // namespace

judgement judge_reply(const reply& from, const dns_options& of, std::chrono::nanoseconds budget) {
  judgement out;
  if (from.message.empty()) {
    out.found = explain_no_response(from, budget);
    return out;
  }
  const auto got = read_answer(from.message, of.record);
  out.found = judge_answer(got, of);
  out.usable = out.found.verdict != verdict::fail || (got.fault == answer::fault_t::none && is_final(got.code));
  out.records = got.values.size();
  if (!got.values.empty()) out.ttl = got.ttl;
  return out;
}

std::string count_text(std::size_t records, record type) {
  return fmt::format("{} {} record{}", records, name_of(type), records == 1 ? "" : "s");
}

std::string names_of(const std::vector<std::string>& servers) {
  constexpr std::size_t most = 3;
  return servers.size() > most ? fmt::format("{} name servers", servers.size()) : joined(servers);
}

std::vector<finding> judge_servers(const std::vector<judgement>& all, const std::vector<name_server>& servers) {
  const bool answered = std::ranges::any_of(all, &judgement::usable);
  std::vector<std::pair<finding, std::vector<std::string>>> groups;
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto found = all[i].found;
    if (found.verdict == verdict::pass) continue;
    if (!all[i].usable && answered) found.verdict = verdict::warn;
    auto group = std::ranges::find(groups, found, &decltype(groups)::value_type::first);
    if (group == groups.end()) group = groups.insert(groups.end(), {found, {}});
    group->second.push_back(to_text(servers[i]));
  }
  std::vector<finding> out;
  for (auto& [found, names] : groups) {
    found.sentence = fmt::format("name server{} {}: {}", names.size() == 1 ? "" : "s", joined(names), found.sentence);
    out.push_back(std::move(found));
  }
  return out;
}

}  // namespace telltale::dns
