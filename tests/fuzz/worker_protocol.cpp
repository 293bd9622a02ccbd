// Fuzz target: the messages between the program and its workers, and a worker that receives any message.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "fakes/fake_checks.hpp"
#include "require.hpp"
#include "worker/messages.hpp"
#include "worker/outcome_limits.hpp"
#include "worker/result_buffer.hpp"
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

/// Every run of a batch has one outcome, in order, until the buffer is full; an unknown task fails.
void judge_batch(const wire::run_batch& batch, const result_buffer& shared, bool known) {
  const auto written = shared.results_since(0);
  const auto found = written ? wire::decode_outcomes(*written) : std::nullopt;
  require(found.has_value(), "what a worker wrote is understood");
  require(found->size() == shared.closed(batch.batch).value_or(batch.items.size()),
          "every run is answered or given back");
  for (std::size_t i = 0; i < found->size(); ++i) {
    require((*found)[i].number == batch.items[i].number, "runs are answered in order");
    require(known || is_red((*found)[i].outcome), "a check that the worker does not know is red");
  }
}

void drive(const wire::to_worker& first, const wire::to_worker& second) {
  bool known = false;
  static const auto shared = std::make_unique<result_buffer>();
  worker_loop loop(
      fakes::table(), *shared,
      [&](const wire::from_worker& answer) {
        require(wire::decode_from_worker(wire::encode(answer)).has_value(), "a worker's answer is understood");
        return true;
      },
      [] {});
  for (const auto* message : {&first, &second}) {
    if (std::holds_alternative<wire::lookup>(*message)) continue;  // would use the network
    const auto* batch = std::get_if<wire::run_batch>(message);
    if (batch != nullptr) shared->open(batch->batch);
    require(loop.handle(*message), "a worker goes on after any message");
    if (std::holds_alternative<wire::define>(*message)) known = true;
    if (batch != nullptr) judge_batch(*batch, *shared, known);
  }
}

/// Results of a worker are shown to people and machines.
void judge_outcome(const wire::run_outcome& ran) {
  const auto limited = within_limits(ran.outcome);
  require(limited.message.size() <= max_message_bytes, "a message is bounded");
  for (const unsigned char c : limited.message) require(c >= 0x20 && c != 0x7f, "a message is one clean line");
  require(limited.measurements.size() <= max_measurements, "measurements are bounded");
  require(limited.verdict == ran.outcome.verdict, "limits change no verdict");
}

}  // namespace

/// The first byte selects the side (l: the result buffer); for a worker the second is the length of the first of two
/// messages.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 2), size - 2);
  if (data[0] == 'l') {
    const auto found = wire::decode_outcomes(bytes);
    if (found)
      for (const auto& ran : *found) judge_outcome(ran);
    return 0;
  }
  if (data[0] == 'p') {
    const auto message = wire::decode_from_worker(bytes);
    if (!message) return 0;
    judge(*message, wire::decode_from_worker);
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
