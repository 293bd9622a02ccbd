// Throughput of the metrics page parser, against a bare loop that only finds the lines.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "prometheus/page.hpp"

namespace {

using namespace telltale;
using namespace telltale::prometheus;

constexpr int rounds = 15;
constexpr std::size_t piece = 4096;  // what a run reads at once

double cpu_seconds() {
  timespec t{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

/// Lines as kube-state-metrics and the node exporter have them, and a comment for every twelve.
std::string make_page() {
  std::string out;
  for (int i = 0; out.size() < std::size_t{7} << 20; ++i) {
    if (i % 12 == 0)
      out += "# HELP kube_pod_status_phase The pods current phase.\n# TYPE kube_pod_status_phase gauge\n";
    out +=
        fmt::format("kube_pod_status_phase{{namespace=\"shop\",pod=\"cart-{}\",uid=\"{:08x}\",phase=\"Running\"}} {}\n",
                    i, i * 2654435761U, i % 2);
    out += fmt::format("node_cpu_seconds_total{{cpu=\"{}\",mode=\"idle\"}} {}.{}\n", i % 64, i * 7, i % 100);
  }
  return out;
}

std::size_t count_lines(std::string_view page) {
  std::size_t lines = 0;
  for (const char* at = page.data();
       (at = static_cast<const char*>(::memchr(at, '\n', page.size() - static_cast<std::size_t>(at - page.data()))));
       ++at)
    ++lines;
  return lines;
}

void read_page(std::string_view text, const rule_list& rules) {
  static const secret_list no_secrets;
  page_history earlier(std::chrono::minutes(1));
  findings found;
  page one(rules, earlier, boot_clock::now(), false, no_secrets);
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
    if (!one.feed(text.substr(0, piece))) break;
  const auto failed = one.finish(found, earlier);
  if (failed.verdict != verdict::pass) std::printf("%s\n", failed.sentence.c_str());
}

double megabytes_per_second(std::size_t size, const std::function<void()>& run) {
  std::vector<double> seconds;
  for (int i = 0; i < rounds; ++i) {
    const auto before = cpu_seconds();
    run();
    seconds.push_back(cpu_seconds() - before);
  }
  std::sort(seconds.begin(), seconds.end());
  return static_cast<double>(size) * 1e-6 / seconds[rounds / 2];
}

rule_list rules_of(std::vector<std::string> expressions) {
  rule_list out;
  conditions none;
  none.absent = absence::ignore;
  for (const auto& text : expressions) {
    std::string why;
    auto what = parse_expression(text, why);
    if (!what) std::printf("%s: %s\n", text.c_str(), why.c_str());
    if (what) out.push_back({std::move(*what), none, fmt::format("rule_{}", out.size())});
  }
  return out;
}

}  // namespace

int main() {
  const auto text = make_page();
  std::size_t lines = 0;
  const auto bare = megabytes_per_second(text.size(), [&] { lines = count_lines(text); });
  const auto one = rules_of({"kube_pod_status_phase{pod='cart-5'}"});
  const auto ten = rules_of({"kube_pod_status_phase{pod=~'cart-5..'}", "a", "b", "c", "d", "e", "f", "g", "h", "i"});
  std::printf("%zu bytes, %zu lines\n", text.size(), lines);
  std::printf("lines alone      %7.0f MB/s\n", bare);
  std::printf("page, one rule   %7.0f MB/s\n", megabytes_per_second(text.size(), [&] { read_page(text, one); }));
  std::printf("page, ten rules  %7.0f MB/s\n", megabytes_per_second(text.size(), [&] { read_page(text, ten); }));
}
