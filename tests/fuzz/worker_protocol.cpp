// Fuzz target: what the program and its workers say to each other, and a worker that is told anything at all.
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "fakes/fake_checks.hpp"
#include "require.hpp"
#include "worker/messages.hpp"
#include "worker/outcome_limits.hpp"
#include "worker/worker_loop.hpp"

using namespace telltale;
using fuzz::require;

namespace {

template <class Message, class Decode>
void judge(const Message& message, Decode decode) {
  const auto bytes = wire::encode(message);
  const auto again = decode(bytes);
  require(again.has_value(), "what was understood can be sent on");
  require(again->index() == message.index(), "a message stays of its kind");
  require(wire::encode(*again) == bytes, "a message means the same on the other side");
}

bool is_red(const outcome& found) { return found.verdict == verdict::fail && !found.message.empty(); }

/// Every item of a batch is answered once, in order, until the worker yields; what it was not told of is red.
void drive(const wire::to_worker& first, const wire::to_worker& second) {
  std::size_t answers = 0;
  std::size_t yields = 0;
  bool known = false;
  worker_loop loop(fakes::table(), [&](const wire::from_worker& answer) {
    require(wire::decode_from_worker(wire::encode(answer)).has_value(), "a worker's answer is understood");
    if (std::holds_alternative<wire::yielded>(answer)) ++yields;
    const auto* ran = std::get_if<wire::run_outcome>(&answer);
    if (ran == nullptr) return true;
    ++answers;
    require(known || is_red(ran->outcome), "a check that the worker does not know is red");
    return true;
  });
  for (const auto* message : {&first, &second}) {
    if (std::holds_alternative<wire::lookup>(*message)) continue;  // would ask the network
    answers = yields = 0;
    require(loop.handle(*message), "a worker goes on after any message");
    if (std::holds_alternative<wire::define>(*message)) known = true;
    if (const auto* batch = std::get_if<wire::run_batch>(message))
      require(yields == 0 ? answers == batch->items.size() : answers < batch->items.size(),
              "every run is answered or given back");
  }
}

/// What a worker sent is shown to people and machines.
void judge_outcome(const wire::run_outcome& ran) {
  const auto limited = within_limits(ran.outcome);
  require(limited.message.size() <= max_message_bytes, "a message is bounded");
  for (const unsigned char c : limited.message) require(c >= 0x20 && c != 0x7f, "a message is one clean line");
  require(limited.measurements.size() <= max_measurements, "measurements are bounded");
  require(limited.verdict == ran.outcome.verdict, "limits change no verdict");
}

}  // namespace

/// The first byte chooses the side; for a worker the second is the length of the first of two messages.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 2), size - 2);
  if (data[0] == 'p') {
    const auto message = wire::decode_from_worker(bytes);
    if (!message) return 0;
    judge(*message, wire::decode_from_worker);
    if (const auto* ran = std::get_if<wire::run_outcome>(&*message)) judge_outcome(*ran);
    return 0;
  }
  const auto cut = std::min<std::size_t>(data[1], bytes.size());
  const auto first = wire::decode_to_worker(bytes.substr(0, cut));
  const auto second = wire::decode_to_worker(bytes.substr(cut));
  if (first) judge(*first, wire::decode_to_worker);
  if (second) judge(*second, wire::decode_to_worker);
  if (first || second) drive(first.value_or(wire::hello{}), second.value_or(wire::hello{}));
  return 0;
}
