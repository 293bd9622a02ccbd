// JSON pointers into a marker file. The only file of this check that knows Boost.JSON.
#include "marker/content.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <charconv>

#include <fmt/format.h>

namespace telltale::marker {
namespace {

namespace json = boost::json;

template <class Number>
std::optional<Number> number_in(const std::string& text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// Whole numbers are compared as such when both are: a double cannot tell 2^53 from 2^53 + 1.
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

finding mismatch(std::string sentence) { return {verdict::fail, reason::mismatch, std::move(sentence)}; }

finding judge_values(const std::string& path, const json::value& root, const text_map& expected) {
  for (const auto& [pointer, wanted] : expected) {
    const auto* value = find(root, pointer);
    if (!value) return mismatch(fmt::format("{} has no {}, expected {}", path, pointer, shown(wanted)));
    if (!equals(*value, wanted))
      return mismatch(fmt::format("{} has {} {}, expected {}", path, pointer, shown(*value), shown(wanted)));
  }
  return {};
}

/// The finding passes once loading is complete.
content_result judge_progress(const std::string& path, const json::value& root, const std::string& pointer) {
  const auto* value = find(root, pointer);
  if (!value) return {mismatch(fmt::format("{} has no {} (progress)", path, pointer)), {}};
  boost::system::error_code not_a_number;
  const double progress = value->is_number() ? value->to_number<double>(not_a_number) : -1;
  if (!(progress >= 0 && progress <= 1))
    return {mismatch(fmt::format("{} has {} {}, expected a progress from 0 to 1", path, pointer, shown(*value))), {}};
  if (progress == 1) return {{}, progress};
  // Rounded down, so that 99.9 % is not shown as done; 0.29 * 100 is 28.999...
  const auto whole_percent = static_cast<int>(progress * 100 + 1e-9);
  return {{verdict::fail, reason::pending, fmt::format("{}: loading {}%", path, whole_percent)}, progress};
}

}  // namespace

content_result judge_content(const std::string& path, std::string_view text, const marker_options& options) {
  boost::system::error_code broken;
  const auto root = json::parse(json::string_view(text.data(), text.size()), broken);
  if (broken) {
    const auto what =
        text.empty() ? std::string("is empty, expected JSON") : fmt::format("is not valid JSON ({})", broken.message());
    return {{verdict::fail, reason::corrupt, fmt::format("{} {}", path, what)}, {}};
  }
  content_result out;
  if (!options.progress.empty()) out = judge_progress(path, root, options.progress);
  // While something is loading, what it says about itself is not final.
  if (out.finding.verdict == verdict::pass) out.finding = judge_values(path, root, options.content);
  return out;
}

}  // namespace telltale::marker
