// Judges headers and body, one function per expectation.
#include "http/judge_reply.hpp"

#include <optional>
#include <string>

#include <fmt/format.h>

#include <telltale/units.hpp>

#include "base/ascii.hpp"
#include "http/health_report.hpp"
#include "http/status.hpp"
#include "net/explain.hpp"

namespace telltale::web {
namespace {

finding mismatch(std::string sentence) { return net::failure(reason::mismatch, std::move(sentence)); }

/// All fields of a name, joined as RFC 9110 section 5.3 allows; nothing when there is none.
std::optional<std::string> joined(const net::reply_head& reply, std::string_view name) {
  std::optional<std::string> out;
  for (const auto value : reply.values(name)) {
    if (out) out->append(", ").append(value);
    else out.emplace(value);
  }
  return out;
}

std::string within(bool cut, const http_options& options) {
  return cut ? fmt::format(" in its first {} (max_body)", to_text(options.max_body)) : "";
}

/// The request asks for no compression, and a compressed text contains nothing that is expected.
finding judge_coding(const net::reply_head& reply, const secret_list& secrets) {
  const auto coding = joined(reply, "Content-Encoding").value_or("identity");
  if (equal_ignoring_case(coding, "identity")) return {};
  return mismatch(
      fmt::format("the body is compressed ('{}'), which was not requested", shown_peer_text(coding, secrets)));
}

finding judge_json_body(std::string_view body, bool cut, const http_options& options) {
  if (cut) return mismatch(fmt::format("the JSON body is longer than {} (max_body)", to_text(options.max_body)));
  if (body.empty()) return mismatch("the body is empty, expected JSON");
  auto found = judge_json(body, options.json);
  if (found.verdict != verdict::pass) found.sentence = "the body " + found.sentence;
  return found;
}

/// Whether a reply can have a body (RFC 9110 section 6.4.1).
bool may_have_body(const net::reply_head& reply, const http_options& options) {
  return options.method != request_method::head && reply.status != 204 && reply.status != 304;
}

/// A server that sends a report means to say its status: one that cannot be read is not taken for a good one.
finding judge_report(const net::reply_head& reply, std::string_view body, bool cut, const http_options& options,
                     const secret_list& secrets) {
  if (!is_health_report(reply) || !may_have_body(reply, options)) return {};
  const auto found = [&](verdict v, std::string_view words) {
    return finding{v, reason::mismatch, fmt::format("{}: {}", http::status_text(reply.status), words)};
  };
  if (cut)
    return found(verdict::warn, fmt::format("the health report is longer than {} (max_body), and its status is unknown",
                                            to_text(options.max_body)));
  const auto report = parse_health_report(body, secrets);
  if (!report) return found(verdict::warn, "the health report has no valid status");
  if (report->status == health_report::status_t::pass) return {};
  const bool failed = report->status == health_report::status_t::fail;
  const auto more =
      report->sentence.empty() ? fmt::format("the server reports '{}'", failed ? "fail" : "warn") : report->sentence;
  return found(failed ? verdict::fail : verdict::warn, more);
}

}  // namespace

finding judge_headers(const net::reply_head& reply, const http_options& options, const secret_list& secrets) {
  for (const auto& [name, wanted] : options.expect_headers) {
    const auto actual = joined(reply, name);
    if (wanted.holds(actual)) continue;
    if (!actual) return mismatch(fmt::format("the reply has no header {}, expected {}", name, shown(wanted)));
    const auto seen = fmt::format("the header {} is '{}'", name, shown_peer_text(*actual, secrets));
    return mismatch(unmet(seen, wanted));
  }
  return {};
}

finding judge_body(const net::reply_head& reply, std::string_view body, bool cut, const http_options& options,
                   const secret_list& secrets) {
  if (options.expects_body())
    if (auto found = judge_coding(reply, secrets); found.verdict != verdict::pass) return found;
  if (!options.json.empty())
    if (auto found = judge_json_body(body, cut, options); found.verdict != verdict::pass) return found;
  if (options.contains && body.find(*options.contains) == std::string_view::npos)
    return mismatch("the body does not contain the expected text" + within(cut, options));
  if (options.match && !options.match->found_in(body))
    return mismatch("the pattern of `match` is not found in the body" + within(cut, options));
  return judge_report(reply, body, cut, options, secrets);
}

}  // namespace telltale::web
