// Fuzz target: a client's bytes with the server's connection and the real routes, over a stream in memory.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/co_spawn.hpp>

#include "fakes/snapshots.hpp"
#include "http_server/connection.hpp"
#include "http_server/response_head.hpp"
#include "require.hpp"
#include "routes/routes.hpp"
#include "strict_head.hpp"

using namespace telltale;
using fuzz::require;
namespace asio = boost::asio;

namespace {

struct handled {
  std::string method;
  std::string target;
  int status = 0;
};

struct session {
  std::string output;
  std::vector<handled> requests;
  std::size_t refused = 0;
};

/// Provides the client's bytes, whole or in pieces, then the end; collects the server's bytes.
class memory_transport final : public transport {
 public:
  memory_transport(std::string_view input, bool whole, std::string& output)
      : rest_(input), whole_(whole), cut_(input), output_(output) {}

  io_step open() override { return {io_state::done}; }
  io_step read(std::span<char> into) override {
    const auto bytes = std::min({into.size(), rest_.size(), whole_ ? rest_.size() : cut_.next()});
    if (bytes == 0) return {io_state::ended};
    std::copy_n(rest_.begin(), bytes, into.begin());
    rest_.remove_prefix(bytes);
    return {io_state::done, bytes};
  }
  io_step write(const pieces& bytes) override {
    if (!whole_) return take((bytes[0].empty() ? bytes[1] : bytes[0]).substr(0, cut_.next()));
    take(bytes[0]);
    return {io_state::done, bytes[0].size() + take(bytes[1]).bytes};
  }
  io_step shut_down() override { return {io_state::done}; }

 private:
  io_step take(std::string_view part) {
    output_.append(part);
    return {io_state::done, part.size()};
  }

  std::string_view rest_;
  bool whole_;
  fuzz::scissors cut_;
  std::string& output_;
};

reply ask_routes(const request& asked) {
  static const auto snap = fakes::mixed_snapshot().take();
  static router routes({details::names, "letmein", false}, [] { return program_counters(); });
  return routes.answer(asked, fakes::always(snap));
}

session serve(std::string_view input, bool whole) {
  session out;
  asio::io_context context(1);
  const auto answer = [&out](const request& asked) {
    auto reply = ask_routes(asked);
    out.requests.push_back({std::string(asked.method), std::string(asked.target), reply.status});
    return reply;
  };
  const auto state = std::make_shared<server_state>(context, answer, http_limits());
  auto over = std::make_unique<memory_transport>(input, whole, out.output);
  asio::co_spawn(context, serve_connection(state, descriptor(), std::move(over), false),
                 [](const auto& thrown) { require(!thrown, "serving throws nothing"); });
  context.poll();  // not run: the time limits of a closed connection are not awaited
  require(state->list.size() == 0, "a connection that has ended is forgotten");
  for (const auto& [status, count] : state->service.refusals) {
    require(status >= 400 && status < 600, "a refusal has the status of an error");
    out.refused += count;
  }
  return out;
}

std::string_view value_of(std::string_view head, std::string_view name) {
  const auto at = head.find(name);
  if (at == std::string_view::npos) return {};
  const auto rest = head.substr(at + name.size());
  return rest.substr(0, rest.find("\r\n"));
}

/// Removes one response from the front and returns its status.
int take_answer(std::string_view& output, bool with_body) {
  const auto end = output.find("\r\n\r\n");
  require(end != std::string_view::npos && end < 2048, "an answer has a head of bounded size");
  const auto head = output.substr(0, end + 2);
  require(head.starts_with("HTTP/1.1 "), "an answer begins with its version");
  const int status = std::stoi(std::string(head.substr(9, 3)));
  const auto length = value_of(head, "\r\nContent-Length: ");
  if (status == 204) {
    require(length.empty(), "an answer without content has no length");
    output.remove_prefix(end + 4);
    return status;
  }
  require(!length.empty(), "an answer says how long it is");
  const auto body = with_body ? std::stoul(std::string(length)) : 0;
  require(body <= 64 * 1024, "a body is bounded");
  output.remove_prefix(end + 4);
  require(body <= output.size(), "an answer is as long as it says");
  output.remove_prefix(body);
  return status;
}

/// Metrics of the process, its memory and its time differ between runs.
bool is_repeatable(const session& got) {
  return std::none_of(got.requests.begin(), got.requests.end(),
                      [](const handled& asked) { return asked.status == 200 && asked.target.starts_with("/metrics"); });
}

bool same(const handled& a, const handled& b) {
  return a.method == b.method && a.target == b.target && a.status == b.status;
}

/// Two runs may see different seconds.
std::string without_dates(std::string text) {
  constexpr std::string_view date = "\r\nDate: ";
  for (auto at = text.find(date); at != std::string::npos; at = text.find(date, at + 1))
    std::fill_n(text.begin() + static_cast<std::ptrdiff_t>(at + date.size()), 29, '-');
  return text;
}

void judge(const session& got, std::string_view input) {
  require(got.requests.size() <= http_limits().requests_per_connection, "a connection has a bounded number of answers");
  require(got.refused <= 1, "a refusal is the last answer");
  std::string_view output = got.output;
  for (const auto& asked : got.requests) {
    const auto head = fuzz::take_strict_head(input);
    require(head.has_value(), "only a well-formed head is answered");
    require(head->method == asked.method, "the method is the one sent");
    require(!head->target.starts_with('/') || head->target == asked.target, "the target is the one sent");
    require(asked.target.starts_with('/'), "routes see a path");
    require(take_answer(output, asked.method != "HEAD") == asked.status, "answers come in order");
    require(asked.status == 200 || asked.status == 204 || asked.status >= 400, "an answer is good or bad");
    require((asked.status == 204) <= (asked.method == "OPTIONS"), "only OPTIONS has no content");
    require(asked.status != 200 || asked.method == "GET" || asked.method == "HEAD", "only GET and HEAD are answered");
  }
  if (input.starts_with("\r\n")) input.remove_prefix(2);
  const bool with_body = !input.starts_with("HEAD ");  // even a malformed HEAD gets no body
  if (got.refused != 0) require(take_answer(output, with_body) >= 400, "what is refused is no success");
  require(output.empty(), "nothing is sent but answers");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto whole = serve(input, true);
  judge(whole, input);
  const auto pieces = serve(input, false);
  const bool alike =
      std::equal(whole.requests.begin(), whole.requests.end(), pieces.requests.begin(), pieces.requests.end(), same);
  require(alike && whole.refused == pieces.refused, "how bytes arrive changes no status");
  if (is_repeatable(whole))
    require(without_dates(whole.output) == without_dates(pieces.output), "how bytes arrive changes no answer");
  return 0;
}
