// Evaluates JSON pointers in a marker file. The only file of this check that uses Boost.JSON.
#include "marker/content.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <fmt/format.h>

#include "expect/json_text.hpp"
#include "expect/json_values.hpp"
#include "marker/process.hpp"

namespace telltale::marker {
namespace {

namespace json = boost::json;

std::string shown_text(std::string_view text) {
  return shown(json::value(json::string(json::string_view(text.data(), text.size()))));
}

finding judge_values(const std::string& path, const json::value& root, const json_values& expected) {
  auto out = telltale::judge_values(root, expected);
  if (out.verdict != verdict::pass) out.sentence = fmt::format("{} {}", path, out.sentence);
  return out;
}

/// Passes when loading is complete.
content_result judge_progress(const std::string& path, const json::value& root, const std::string& pointer) {
  const auto* value = find_json(root, pointer);
  if (!value) return {mismatch(fmt::format("{} has no {} (progress)", path, pointer)), {}, {}};
  boost::system::error_code not_a_number;
  const double progress = value->is_number() ? value->to_number<double>(not_a_number) : -1;
  if (!(progress >= 0 && progress <= 1))
    return {
        mismatch(fmt::format("{} has {} {}, expected a progress from 0 to 1", path, pointer, shown(*value))), {}, {}};
  if (progress == 1) return {{}, progress, {}};
  // Rounded down, so that 99.9 % is not displayed as complete; 0.29 * 100 is 28.999...
  const auto whole_percent = static_cast<int>(progress * 100 + 1e-9);
  return {{verdict::fail, reason::pending, fmt::format("{}: loading {}%", path, whole_percent)}, progress, {}};
}

/// A process id, as a number or as text of digits; 0 is invalid.
std::optional<pid_t> process_id_in(std::string_view text) {
  const auto number = parse_count(text);
  if (!number || *number == 0 || *number >= static_cast<std::uint64_t>(process_id_limit)) return std::nullopt;
  return static_cast<pid_t>(*number);
}

/// The process id, or the finding that it is missing.
void take_process_id(const std::string& path, const json::value& root, const std::string& pointer,
                     content_result& out) {
  const auto* value = find_json(root, pointer);
  if (value)
    out.writer = process_id_in(value->is_string() ? std::string_view(value->get_string())
                                                  : std::string_view(json::serialize(*value)));
  if (out.writer) return;
  out.finding = mismatch(value ? fmt::format("{} has {} {}, expected a process id", path, pointer, shown(*value))
                               : fmt::format("{} has no {} (pid)", path, pointer));
}

finding corrupt(const std::string& path, std::string_view what) {
  return {verdict::fail, reason::corrupt, fmt::format("{} {}", path, what)};
}

/// Reads the number in the first line; ignores further lines, as in PostgreSQL's postmaster.pid.
content_result judge_process_id(const std::string& path, std::string_view text) {
  if (text.empty()) return {corrupt(path, "is empty, expected a process id"), {}, {}};
  auto line = text.substr(0, text.find('\n'));
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  content_result out;
  out.writer = process_id_in(line);
  const bool printable = std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (!out.writer)
    out.finding = mismatch(fmt::format("{} has {} in its first line, expected a process id", path,
                                       printable ? shown_text(line) : "other bytes"));
  return out;
}

}  // namespace

content_result judge_content(const std::string& path, std::string_view text, const marker_options& options) {
  if (options.pid == whole_text) return judge_process_id(path, text);
  std::string why;
  const auto root = parse_json(text, why);
  if (!root) return {corrupt(path, why), {}, {}};
  content_result out;
  if (!options.progress.empty()) out = judge_progress(path, *root, options.progress);
  // While loading is incomplete, the other values are not final.
  if (out.finding.verdict == verdict::pass) out.finding = judge_values(path, *root, options.content);
  if (!options.pid.empty() && out.finding.reason != reason::mismatch) take_process_id(path, *root, options.pid, out);
  return out;
}

}  // namespace telltale::marker
