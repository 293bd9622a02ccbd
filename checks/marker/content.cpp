// Evaluates JSON pointers in a marker file. The only file of this check that uses Boost.JSON.
#include "marker/content.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <fmt/format.h>

#include "base/words.hpp"
#include "marker/not_json.hpp"
#include "marker/process.hpp"

namespace telltale::marker {
namespace {

namespace json = boost::json;

/// Compares integers exactly: a double cannot distinguish 2^53 from 2^53 + 1.
template <class Whole>
bool equals_whole(Whole found, const std::string& expected) {
  if (const auto whole = number_in<Whole>(expected)) return *whole == found;
  return number_in<double>(expected) == static_cast<double>(found);
}

bool equals(const json::value& found, const std::string& expected) {
  switch (found.kind()) {
    case json::kind::string:
      return std::string_view(found.get_string()) == expected;
    case json::kind::int64:
      return equals_whole(found.get_int64(), expected);
    case json::kind::uint64:
      return equals_whole(found.get_uint64(), expected);
    case json::kind::double_:
      return number_in<double>(expected) == found.get_double();
    case json::kind::bool_:
      return expected == (found.get_bool() ? "true" : "false");
    case json::kind::null:
      return expected == "null";
    default:
      return false;
  }
}

/// JSON text, which escapes control characters, cut at a character boundary.
std::string shown(const json::value& value) {
  constexpr std::size_t longest = 64;
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  auto text = json::serialize(value);
  if (text.size() <= longest) return text;
  auto end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

std::string shown(const std::string& text) { return shown(json::value(json::string(text))); }

const json::value* find(const json::value& root, std::string_view pointer) {
  boost::system::error_code ignored;
  return root.find_pointer(pointer, ignored);
}

finding judge_values(const std::string& path, const json::value& root, const text_map& expected) {
  for (const auto& [pointer, wanted] : expected) {
    const auto* value = find(root, pointer);
    if (!value) return mismatch(fmt::format("{} has no {}, expected {}", path, pointer, shown(wanted)));
    if (!equals(*value, wanted))
      return mismatch(fmt::format("{} has {} {}, expected {}", path, pointer, shown(*value), shown(wanted)));
  }
  return {};
}

/// Passes when loading is complete.
content_result judge_progress(const std::string& path, const json::value& root, const std::string& pointer) {
  const auto* value = find(root, pointer);
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
  const auto* value = find(root, pointer);
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

std::string why_not_json(std::string_view text, const std::string& parser_says) {
  if (text.empty()) return "is empty, expected JSON";
  boost::system::error_code still_broken;
  const auto numbered = without_not_a_number(text);
  json::parse(json::string_view(numbered.data(), numbered.size()), still_broken);
  if (!still_broken)
    return "is not JSON: it has NaN or Infinity, which JSON does not allow; write null or omit the value";
  const auto known = known_mistake(text);
  return known.empty() ? fmt::format("is not valid JSON ({})", parser_says) : known;
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
                                       printable ? shown(std::string(line)) : "other bytes"));
  return out;
}

}  // namespace

content_result judge_content(const std::string& path, std::string_view text, const marker_options& options) {
  if (options.pid == whole_text) return judge_process_id(path, text);
  boost::system::error_code broken;
  const auto root = json::parse(json::string_view(text.data(), text.size()), broken);
  if (broken) return {corrupt(path, why_not_json(text, broken.message())), {}, {}};
  content_result out;
  if (!options.progress.empty()) out = judge_progress(path, root, options.progress);
  // While loading is incomplete, the other values are not final.
  if (out.finding.verdict == verdict::pass) out.finding = judge_values(path, root, options.content);
  if (!options.pid.empty() && out.finding.reason != reason::mismatch) take_process_id(path, root, options.pid, out);
  return out;
}

}  // namespace telltale::marker
