// Fuzz target: the messages between the program and its workers, and a worker that receives any job.
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "fakes/fake_checks.hpp"
#include "require.hpp"
#include "worker/job_runner.hpp"
#include "worker/messages.hpp"
#include "worker/outcome_limits.hpp"

using namespace telltale;
using fuzz::require;

namespace {

template <class Decode>
void judge(std::string_view bytes, Decode decode) {
  const auto value = decode(bytes);
  if (!value) return;
  const auto again = wire::encode(*value);
  const auto same = decode(again);
  require(same.has_value(), "what was understood can be sent on");
  require(wire::encode(*same) == again, "a message means the same on the other side");
}

/// Outcomes of a worker are shown to people and machines.
void judge_answer(std::string_view bytes) {
  const auto answer = wire::decode_run_answer(bytes);
  if (!answer) return;
  const auto limited = within_limits(answer->outcome);
  require(limited.message.size() <= max_message_bytes, "a message is bounded");
  for (const unsigned char c : limited.message) require(c >= 0x20 && c != 0x7f, "a message is one clean line");
  require(limited.measurements.size() <= max_measurements, "measurements are bounded");
  require(limited.verdict == answer->outcome.verdict, "limits change no verdict");
}

/// A worker answers any job that it understands, and its answer is understood.
void judge_job(std::string_view payload) {
  const auto request = wire::decode_request(payload);
  if (request && std::holds_alternative<wire::lookup_request>(*request)) return;  // would use the network
  job_runner runner(fakes::table());
  for (int twice = 0; twice < 2; ++twice) {
    const auto answer = runner.run(payload, wire::clock::time_point(std::chrono::hours(1)));
    require(answer.has_value() == request.has_value(), "a job is answered when it is understood");
    if (!answer) return;
    const auto found = wire::decode_run_answer(*answer);
    require(found.has_value(), "a worker's answer is understood");
    const bool known = wire::decode_definition(std::get<wire::run_request>(*request).definition).has_value();
    require(known || found->outcome.verdict == verdict::fail, "a check that cannot be built is red");
    require(!found->outcome.message.empty(), "an outcome has a message");
  }
}

}  // namespace

/// The first byte selects what the others are: j: a packet with a job, a: one with an answer, r: an answer to a lookup,
/// d: a definition.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0]) {
    case 'j':
      judge(bytes, wire::decode_job);
      if (const auto packet = wire::decode_job(bytes)) {
        judge(packet->payload, wire::decode_request);
        judge_job(packet->payload);
      }
      break;
    case 'a':
      judge(bytes, wire::decode_answer);
      if (const auto packet = wire::decode_answer(bytes)) {
        judge(packet->payload, wire::decode_run_answer);
        judge_answer(packet->payload);
      }
      break;
    case 'r':
      judge(bytes, wire::decode_resolution);
      break;
    case 'd':
      judge(bytes, wire::decode_definition);
      break;
  }
  return 0;
}
