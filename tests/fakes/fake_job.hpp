// A job that records what becomes of it.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "worker/job.hpp"

namespace telltale::fakes {

inline std::shared_ptr<task> task_of(std::chrono::nanoseconds expected, std::string definition = "") {
  auto out = std::make_shared<task>();
  out->definition = std::move(definition);
  out->record_overrun(expected);
  return out;
}

/// Its answer is malformed when it is "malformed".
class fake_job final : public job {
 public:
  explicit fake_job(std::shared_ptr<telltale::task> of, std::string name = "",
                    std::chrono::nanoseconds limit = std::chrono::seconds(2))
      : job(std::move(of), limit, std::move(name)) {}
  bool answered(std::string_view bytes, const job_times& t) override {
    if (bytes == "malformed") return false;
    answer = bytes;
    times = t;
    return true;
  }
  void failed(reason r, std::string text, const job_times& t) override {
    why = r;
    sentence = std::move(text);
    times = t;
  }
  void deliver() override {}

  std::string answer;
  reason why = reason::ok;
  std::string sentence;
  job_times times;
};

inline std::vector<std::string> payloads(const std::vector<job_ptr>& jobs) {
  std::vector<std::string> out;
  for (const auto& j : jobs) out.push_back(j->payload);
  return out;
}

}  // namespace telltale::fakes
