// Declares the options of the marker check and the rules between them.
#include "marker/options.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "expect/json_pointer.hpp"

namespace telltale {

// The schema allows any text, because it cannot describe keywords and durations together.
option_shape option_traits<marker::newer_than>::shape() { return {option_kind::text, {}, {}, {}}; }

std::optional<marker::newer_than> option_traits<marker::newer_than>::parse(const raw_value& value,
                                                                           std::string_view option, problems& errors) {
  using point = marker::newer_than::point;
  constexpr std::string_view words = "boot, start or a duration such as 30s or 10m";
  const auto* text = detail::scalar_text(value, option, words, errors);
  if (!text) return std::nullopt;
  if (*text == "boot") return marker::newer_than{point::boot, {}};
  if (*text == "start") return marker::newer_than{point::start, {}};
  if (auto span = parse_duration(*text); span && span->count() > 0) return marker::newer_than{point::span, *span};
  detail::wrong_value(value, option, words, errors);
  return std::nullopt;
}

std::string option_traits<marker::newer_than>::text(const marker::newer_than& value) {
  switch (value.since) {
    case marker::newer_than::point::boot:
      return "boot";
    case marker::newer_than::point::start:
      return "start";
    case marker::newer_than::point::span:
      break;
  }
  return to_text(value.span);
}

namespace marker {
void marker_options::validate(source_location at, problems& errors) const {
  if (path && !paths.empty()) errors.add(at, "only one of path and paths may be given");
  if (!path && paths.empty()) errors.add(at, "option 'path' is missing (or 'paths' for several files)");
  auto sorted = paths;
  std::sort(sorted.begin(), sorted.end());
  if (auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end())
    errors.add(at, fmt::format("paths: {} is listed twice", twice->text));
  if (!progress.empty()) check_json_pointer("progress", progress, at, errors);
  if (pid == whole_text && wants_json())
    errors.add(at, "pid: text is for a file that holds a number alone; with content or progress, give a JSON pointer");
  else if (!pid.empty() && pid != whole_text && !is_json_pointer(pid))
    errors.add(
        at, fmt::format("pid: expected text or a JSON pointer such as /pid, not {}", raw_value::scalar(pid).shown()));
}

options_of<marker_options> marker_options::declared() {
  using self = marker_options;
  return options_of<self>()
      .optional("path", &self::path,
                "The regular file that must exist (symbolic links are followed); set either `path` or `paths`.")
      .optional("paths", &self::paths, "Several files that must all exist; the other options apply to each.")
      .optional("newer_than", &self::newer_than,
                "How new the modification time must be, so that a marker of an earlier run does not count: `boot` (of "
                "the machine; in a container, of the node), `start` (of telltale, which must then start before the "
                "application), or a duration such as 30s, which makes the file a heartbeat.")
      .optional("newer_than_file", &self::newer_than_file,
                "A file that the marker must not be older than, such as one that the application touches first "
                "when it starts; both must be on file systems of this machine.")
      .optional("pid", &self::pid,
                "Where the marker names the process that wrote it: a JSON pointer to its process id, or `text` when "
                "the file's first line is the number. The process must still run and be older than the marker. "
                "Telltale and the application have to share a PID namespace; where nothing proves that they do, or the "
                "number is that of a process that telltale was started by, the check warns.")
      .optional("content", &self::content,
                "JSON pointer -> expectation, e.g. `/model: llama` or `/shards: \">= 3\"`: the file must be JSON of at "
                "most 64 KiB. Text equals only the same text.")
      .optional("progress", &self::progress,
                "JSON pointer to a number from 0 to 1; below 1 the check fails as `pending` and reports the "
                "progress.")
      .optional("min_size", &self::min_size, "Minimum size; a smaller file fails.")
      .optional("min_allocated", &self::min_allocated,
                "Minimum number of bytes in allocated blocks: detects a file that has its final size but is not "
                "filled yet. File systems that compress allocate less than the size.");
}

}  // namespace marker
}  // namespace telltale
