// Formats results as a JUnit report.
#include <algorithm>

#include <fmt/format.h>

#include "base/printable.hpp"
#include "results/results.hpp"

namespace telltale {
namespace {

/// Escapes text and double-quoted attributes. XML 1.0 cannot represent control characters.
std::string xml(std::string_view text) {
  std::string out;
  for (char c : printable(text)) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  return out;
}

double seconds(std::chrono::nanoseconds span) { return std::chrono::duration<double>(span).count(); }

std::string test_case(const check_result& result) {
  const auto& found = result.found;
  auto out = fmt::format("    <testcase classname=\"telltale.{}\" name=\"{}\" time=\"{:.6f}\">\n",
                         xml(result.config.settings.type), xml(result.config.settings.name), seconds(result.duration));
  const auto line = fmt::format("{} {}: {}", to_string(found.verdict), to_string(found.reason), xml(found.message));
  if (found.verdict == verdict::fail)
    out += fmt::format("      <failure type=\"{}\" message=\"{}\">{}</failure>\n", to_string(found.reason),
                       xml(found.message), line);
  else out += fmt::format("      <system-out>{}</system-out>\n", line);
  return out + "    </testcase>\n";
}

}  // namespace

std::string results_junit(const check_results& results) {
  const auto failures = std::count_if(results.begin(), results.end(),
                                      [](const auto& result) { return result.found.verdict == verdict::fail; });
  std::chrono::nanoseconds longest{0};  // the checks ran in parallel
  for (const auto& result : results) longest = std::max(longest, result.duration);
  const auto counts = fmt::format("name=\"telltale\" tests=\"{}\" failures=\"{}\" errors=\"0\" time=\"{:.6f}\"",
                                  results.size(), failures, seconds(longest));
  std::string cases;
  for (const auto& result : results) cases += test_case(result);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {0}>\n  <testsuite {0}>\n{1}  "
      "</testsuite>\n</testsuites>\n",
      counts, cases);
}

}  // namespace telltale
