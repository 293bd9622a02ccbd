// A check of an outside project that uses the installed libraries: files, limits, patterns, shared options, an
// interval.
#include <telltale/check_type.hpp>
#include <telltale/file_failure.hpp>

#include "base/small_file.hpp"
#include "expect/pattern.hpp"

namespace telltale::checks {
namespace {

struct file_options {
  file_path path;

  static options_of<file_options> declared() {
    return options_of<file_options>().required("path", &file_options::path, "The file.");
  }
};

struct note_options {
  file_options file;
  upper_limit<bytes> size;
  std::optional<pattern> match;

  static options_of<note_options> declared() {
    return options_of<note_options>()
        .include(&note_options::file)
        .optional("size", &note_options::size, "How large it may be.")
        .optional("match", &note_options::match, "A pattern that its text must contain.");
  }
};

class note_check final : public blocking_check {
 public:
  explicit note_check(note_options o) : options_(std::move(o)) {}

  outcome probe(probe_context&) override {
    const auto& path = options_.file.path.text;
    const auto note = read_small_file(path, 4096);
    findings found;
    if (note.error) found.add(file_failure(path, note.error));
    else found.judge(path + " has", bytes{note.text.size()}, options_.size);
    if (!note.error && options_.match && !options_.match->found_in(note.text))
      found.fail(reason::mismatch, path + " differs");
    return std::move(found).result(path + " is there");
  }

 private:
  note_options options_;
};

}  // namespace

check_type note() {
  return blocking_type<note_check, note_options>({
      .name = "note",
      .summary = "Watches the size of a file.",
      .proves = "The file exists and is as small as required.",
      .does_not_prove = "That its content makes sense.",
      .cadence = {.interval = std::chrono::minutes(1), .timeout = std::chrono::seconds(5)},
  });
}

}  // namespace telltale::checks
