// Fuzz target: the content of a marker file. Lines `POINTER=EXPECTED`, `progress POINTER`, `pid POINTER` or `pid text`,
// an empty line, then the file.
#include <cctype>
#include <cstdint>
#include <string>
#include <string_view>

#include "expect/json_pointer.hpp"
#include "marker/content.hpp"
#include "require.hpp"

using namespace telltale;
using namespace telltale::marker;
using fuzz::require;

namespace {

struct input {
  marker_options options;
  bool accepted = true;  ///< every expectation is valid
  std::string_view text;
};

void add_expectation(input& into, std::string_view pointer, std::string_view text) {
  auto wanted = text.empty() ? std::optional(expectation()) : parse_expectation(text);
  into.accepted = into.accepted && wanted && is_json_pointer(pointer);
  if (wanted) into.options.content.wanted[std::string(pointer)] = std::move(*wanted);
}

input read(std::string_view bytes) {
  input out;
  out.options.path = file_path{"/models/.loaded"};
  constexpr std::string_view progress = "progress ";
  constexpr std::string_view pid = "pid ";
  while (!bytes.empty()) {
    const auto end = std::min(bytes.find('\n'), bytes.size());
    const auto line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    if (line.empty()) break;
    if (line.starts_with(progress)) out.options.progress = line.substr(progress.size());
    else if (line.starts_with(pid)) out.options.pid = line.substr(pid.size());
    else if (const auto at = line.find('='); at != std::string_view::npos)
      add_expectation(out, line.substr(0, at), line.substr(at + 1));
  }
  out.text = bytes;
  return out;
}

bool is_valid(const marker_options& options) {
  problems errors;
  options.validate({1, 1}, errors);
  return errors.empty();
}

bool may_be_a_number(std::string_view text) {
  return text.find_first_not_of("0123456789+-.eEinfatyINFATY") == std::string_view::npos;
}

/// Without escapes, a found value and its name must occur literally in the file.
void judge_values(const marker_options& options, std::string_view text) {
  if (text.find('\\') != std::string_view::npos) return;
  for (const auto& [pointer, wanted] : options.content.wanted) {
    const auto& expected = wanted.value;
    if (wanted.wanted == expectation::relation::equal && expected != "NULL" && !may_be_a_number(expected))
      require(text.find(expected) != std::string_view::npos, "an expected text is in the file");
    const auto name = pointer.substr(pointer.rfind('/') + 1);
    const bool index = name.find_first_not_of("0123456789") == std::string::npos && !name.empty();
    if (!index && name.find('~') == std::string::npos)
      require(text.find('"' + name + '"') != std::string_view::npos, "an expected name is in the file");
  }
}

/// In a file that is a single number, that number is the process.
void judge_writer(const input& in, const content_result& got) {
  require(got.writer.has_value() == !in.options.pid.empty(), "what passes names its writer, where that is wanted");
  if (!got.writer) return;
  require(*got.writer > 0 && *got.writer < (1 << 22), "a writer may be a process");
  if (in.options.pid == whole_text) require(in.text.starts_with(std::to_string(*got.writer)), "the number is the text");
}

void judge_pass(const input& in, const content_result& got) {
  require(got.finding.reason == reason::ok, "what passes has no other reason");
  require(in.options.progress.empty() || got.progress == 1.0, "what passes has loaded completely");
  judge_values(in.options, in.text);
  judge_writer(in, got);
  if (in.options.pid == whole_text) return;
  // A file that is still being written may be truncated.
  auto torn = in.text;
  while (!torn.empty() && std::isspace(static_cast<unsigned char>(torn.back())) != 0) torn.remove_suffix(1);
  if (torn.empty() || (torn.back() != '}' && torn.back() != ']')) return;
  torn.remove_suffix(1);
  const auto half = judge_content("/models/.loaded", torn, in.options);
  require(half.finding.verdict == verdict::fail && half.finding.reason == reason::corrupt, "a torn file never passes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto in = read({reinterpret_cast<const char*>(data), size});
  if (!in.accepted || !is_valid(in.options)) return 0;
  const auto got = judge_content("/models/.loaded", in.text, in.options);
  require(got.finding == judge_content("/models/.loaded", in.text, in.options).finding,
          "the same file is judged alike");
  if (got.progress) require(*got.progress >= 0 && *got.progress <= 1, "progress is a share");
  if (got.finding.verdict == verdict::pass) {
    judge_pass(in, got);
  } else {
    require(got.finding.reason != reason::ok && !got.finding.sentence.empty(), "every red says why");
    require(got.finding.sentence.size() <= 1024 + 2 * size, "a sentence is bounded");
  }
  return 0;
}
