// Sends a GET request with plain sockets: no event loop, no parser library, a few hundred microseconds.
#include "client/query_gate.hpp"

#include <array>
#include <stdexcept>

#include <fmt/format.h>

#include "base/printable.hpp"
#include "base/words.hpp"
#include "client/connection_closed.hpp"
#include "client/http_reply.hpp"
#include "client/stream.hpp"
#include "client/verdict_text.hpp"
#include "net/endpoint.hpp"
#include "net/http_head.hpp"

namespace telltale {
namespace {

std::string request_text(const http_target& target) {
  const auto host = target.host.empty() ? "localhost" : net::host_and_port(target.host, target.port);
  return net::write_request_head("GET", target.path, host, {{"Accept", "text/plain"}, {"Connection", "close"}});
}

http_reply get(const http_target& target, std::chrono::milliseconds timeout) {
  auto stream = open_client_stream(target, std::chrono::steady_clock::now() + timeout);
  stream->send_all(request_text(target));
  std::string received;
  std::array<char, 8192> buffer;
  for (;;) {
    const auto size = stream->receive(buffer.data(), buffer.size());
    received.append(buffer.data(), size);
    if (auto reply = parse_reply(received, size == 0)) return *reply;
  }
}

/// Makes the lines of a response safe to print, because the server may not be a sidecar.
std::string safe_lines(std::string_view body) {
  std::string out;
  while (!body.empty()) {
    auto line = take_until(body, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    out += printable(line) + "\n";
  }
  if (out.size() <= longest_answer_text) return out;
  return shortened(out, longest_answer_text - 1) + "\n";
}

std::string no_verdict(const http_target& target, const http_reply& reply, std::string_view text) {
  const auto* question = reply.status == 200 && has_no_verdict(target.path)
                             ? ", which is not a verdict: omit the path to query a gate, or use /checks/NAME?gate"
                             : ": is that a telltale sidecar?";
  return fmt::format("{} answered {}{}\n{}", target.shown, reply.status, question,
                     shortened(text, longest_answer_text / 2));
}

std::string no_answer(const http_target& target, const std::exception& error, std::string_view question) {
  return fmt::format("no answer from {}: {}; {}{}{}\n", target.shown, printable(error.what()), question,
                     target.origin.empty() ? "" : " ", printable(target.origin));
}

std::string_view question_after_cut(const http_target& target) {
  if (target.tls) return "is that a telltale sidecar?";
  return target.unix_path.empty() ? "does it speak https?"
                                  : "if it speaks TLS, name its configuration with -c FILE instead of a URL.";
}

}  // namespace

gate_answer query_gate(const http_target& target, std::chrono::milliseconds timeout) {
  try {
    const auto reply = get(target, timeout);
    auto text = safe_lines(reply.body);
    const auto passes = reply.status == 200 ? verdict_in(target.path, reply.body) : std::nullopt;
    if (passes) return {*passes, text};
    if (reply.status == 503 && !text.empty()) return {false, text};
    return {false, no_verdict(target, reply, text)};
  } catch (const connection_closed& error) {
    return {false, no_answer(target, error, question_after_cut(target))};
  } catch (const std::exception& error) {
    return {false, no_answer(target, error, "is the sidecar running, and is that where it listens?")};
  }
}

}  // namespace telltale
