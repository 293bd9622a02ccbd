// A worker process without a process: it records what it is sent, and the test answers for it.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "worker/messages.hpp"
#include "worker/worker_process.hpp"

namespace telltale::fakes {

/// What the test sees and controls; outlives the object that the pool owns.
struct fake_process_state {
  struct packet {
    std::uint64_t number;
    std::string payload;
  };
  std::deque<packet> queued;    ///< sent and not received by the worker
  std::deque<packet> received;  ///< received by the worker, not answered
  std::deque<std::string> answers;
  std::size_t capacity = 1000;  ///< jobs that the socket holds
  bool open = true;             ///< false: the worker has closed its sockets
  bool gone = false;            ///< true: nothing can be sent
  bool talkative = false;
  std::function<void()> while_taking;  ///< called once after the first job was taken back
  std::optional<exit_status> ended;
  bool retired = false;
  bool disconnected = false;
  int kills = 0;
  bool destroyed = false;

  void ready(std::string refused = "") { answers.push_back(wire::encode(wire::answer_packet{0, {}, {}, refused})); }
  /// The worker receives the next job.
  void begin() {
    received.push_back(std::move(queued.front()));
    queued.pop_front();
  }
  void answer(std::string text, wire::clock::time_point began, std::chrono::nanoseconds duration) {
    answers.push_back(wire::encode(wire::answer_packet{received.front().number, began, duration, text}));
    received.pop_front();
  }
};

class fake_worker_process final : public worker_process {
 public:
  explicit fake_worker_process(std::shared_ptr<fake_process_state> state) : state_(std::move(state)) {}
  ~fake_worker_process() override { state_->destroyed = true; }

  sent send(std::uint64_t number, std::string_view payload) override {
    if (!state_->open || state_->gone) return sent::gone;
    if (state_->queued.size() >= state_->capacity) return sent::full;
    state_->queued.push_back({number, std::string(payload)});
    return sent::yes;
  }
  std::vector<std::uint64_t> take_back() override {
    std::vector<std::uint64_t> out;
    while (!state_->queued.empty()) {
      out.push_back(state_->queued.front().number);
      state_->queued.pop_front();
      if (const auto meanwhile = std::exchange(state_->while_taking, nullptr)) meanwhile();
    }
    return out;
  }
  reception receive() override {
    if (state_->answers.empty())
      return {!state_->open ? received::closed : state_->talkative ? received::invalid : received::nothing, {}};
    last_ = std::move(state_->answers.front());
    state_->answers.pop_front();
    return {received::packet, last_};
  }
  void retire() override { state_->retired = true; }
  void kill() override { ++state_->kills; }
  void disconnect() override { state_->disconnected = true; }
  std::optional<exit_status> collect() override { return state_->ended; }

 private:
  std::shared_ptr<fake_process_state> state_;
  std::string last_;
};

}  // namespace telltale::fakes
