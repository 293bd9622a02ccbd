// Builds a tree from yaml-cpp's events and rejects YAML features that configurations do not support.
#include "yaml/reader.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "yaml/guard.hpp"
#include "yaml/scalar.hpp"

namespace telltale {
namespace {

constexpr std::size_t max_keys = 256;      // in one map
constexpr std::size_t max_items = 20'000;  // in one list
/// Scalars and collections: enough for 10,000 checks with eight options each; bounds memory.
constexpr std::size_t max_values = 200'000;

/// Ends parsing after a reported problem.
struct enough {};

/// Builds the tree from events. Marks are byte offsets into the text; yaml-cpp's columns count bytes, ours characters.
class tree_builder final : public YAML::EventHandler {
 public:
  explicit tree_builder(yaml::guarded& guarded) : guarded_(guarded), text_(guarded.source.text()) {}

  raw_value root;

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (std::exchange(started_, true))
      stop(at(mark), "text after the end of the configuration - remove it, or indent it like the first line");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override;
  void OnScalar(const YAML::Mark&, const std::string& tag, YAML::anchor_t, const std::string& text) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    open(mark, raw_value::list({}, at(mark)));
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value style) override {
    if (style == YAML::EmitterStyle::Flow &&
        std::string_view("{&!").find(text_[offset(mark)]) == std::string_view::npos)
      stop(at(mark), "a 'key: value' pair inside [ ] - write it in { }");
    open(mark, raw_value::map({}, at(mark)));
  }
  void OnMapEnd() override { close(); }

 private:
  struct frame {
    raw_value value;
    std::string key;
    source_location key_at;
    bool has_key = false;
    std::size_t key_end = 0;  ///< after the key, if it is a scalar
  };

  std::size_t offset(const YAML::Mark& mark) const {
    return std::min(static_cast<std::size_t>(std::max(mark.pos, 0)), text_.size());
  }
  source_location at(const YAML::Mark& mark) const { return guarded_.source.at(offset(mark)); }
  void report(source_location where, std::string message) { guarded_.errors.add(where, std::move(message)); }
  [[noreturn]] void stop(source_location where, std::string message) {
    report(where, std::move(message));
    throw enough{};
  }
  bool expects_key() const {
    return !stack_.empty() && stack_.back().value.kind == raw_value::kind_t::map && !stack_.back().has_key;
  }
  void count(const YAML::Mark& mark) {
    if (++values_ > max_values) stop(at(mark), fmt::format("more than {} values in one configuration", max_values));
  }
  void open(const YAML::Mark&, raw_value value);
  void close();
  void take(raw_value value);
  void take_key(std::string key, source_location where);
  void add_member(frame&, raw_value value);

  yaml::guarded& guarded_;
  const std::string& text_;
  std::vector<frame> stack_;
  std::size_t values_ = 0;
  bool started_ = false;
};

/// The word for null at `pos`; empty when there is none.
std::string null_word(std::string_view text) {
  for (const std::string_view word : {"~", "null", "Null", "NULL"})
    if (text.starts_with(word) && std::string_view(" \t\n,]}").find(text[word.size()]) != std::string_view::npos)
      return std::string(word);
  return {};
}

void tree_builder::OnNull(const YAML::Mark& mark, YAML::anchor_t) {
  count(mark);
  if (expects_key()) stop(at(mark), "expected a key here - it stands on one line, in quotes if it reads as null");
  raw_value nothing;
  nothing.at = at(mark);
  if (!stack_.empty()) {
    const auto& top = stack_.back();
    if (top.has_key) nothing.at = top.key_at;
    else if (text_[offset(mark)] == ',') stop(at(mark), "nothing before this ','");
    if (top.key_end != 0 && text_[yaml::skip_blanks(text_, top.key_end)] != ':')
      stop(top.key_at, "expected 'key: value' - ': ' is missing (with a space after the colon)");
  }
  nothing.text = null_word(std::string_view(text_).substr(offset(mark)));
  take(std::move(nothing));
}

/// The guard has reported it; a null at the same location preserves the structure of the tree.
void tree_builder::OnAlias(const YAML::Mark& mark, YAML::anchor_t) {
  raw_value nothing;
  nothing.at = at(mark);
  if (expects_key()) take_key("", at(mark));
  else take(std::move(nothing));
}

void tree_builder::OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t, const std::string& read) {
  count(mark);
  const auto pos = offset(mark);
  const bool block = text_[pos] == '|' || text_[pos] == '>';
  const auto end = block ? 0 : guarded_.end_of_scalar(pos);
  const auto text = end == 0 ? read : yaml::scalar_text(text_, pos, end);
  // Guard and yaml-cpp must agree on scalars and, for plain ones, on every byte; anchors and tags change the location.
  if (guarded_.errors.empty() && !block && (end == 0 || (!yaml::is_quote(text_[pos]) && text != read)))
    report(at(mark), "this value can be read in more than one way - put it in quotes, on one line");
  if (expects_key()) {
    take_key(text, at(mark));
    stack_.back().key_end = end;
    return;
  }
  auto value = raw_value::scalar(text, at(mark));
  // After a tag, which was reported, or over several lines, the text is not at its location either.
  value.quoted = block || yaml::is_quote(text_[pos]) || text_.compare(pos, text.size(), text) != 0;
  if (block) value.text.erase(value.text.find_last_not_of('\n') + 1);
  take(std::move(value));
}

void tree_builder::open(const YAML::Mark& mark, raw_value value) {
  count(mark);
  if (stack_.size() == yaml::max_depth)
    stop(at(mark), fmt::format("lists and maps are nested deeper than {} levels", yaml::max_depth));
  if (expects_key()) stop(at(mark), "a key cannot be a list or a map");
  stack_.push_back({.value = std::move(value)});
}

void tree_builder::close() {
  auto done = std::move(stack_.back().value);
  stack_.pop_back();
  take(std::move(done));
}

void tree_builder::take_key(std::string key, source_location where) {
  auto& map = stack_.back();
  map.has_key = true;
  map.key_end = 0;
  map.key_at = where;
  if (key == "<<") report(where, "merge keys are not supported - use 'defaults' for values that all checks share");
  else if (key.find("${") != std::string::npos) report(where, "variables are replaced in values only, not in keys");
  map.key = std::move(key);
}

void tree_builder::take(raw_value value) {
  if (stack_.empty()) {
    root = std::move(value);
    return;
  }
  auto& top = stack_.back();
  if (top.value.kind == raw_value::kind_t::map) return add_member(top, std::move(value));
  if (top.value.items.size() == max_items) stop(value.at, fmt::format("a list has at most {} items", max_items));
  top.value.items.push_back(std::move(value));
}

void tree_builder::add_member(frame& map, raw_value value) {
  map.has_key = false;
  auto& members = map.value.members;
  const auto first = std::find_if(members.begin(), members.end(), [&](const auto& m) { return m.key == map.key; });
  if (first != members.end())
    return report(map.key_at, fmt::format("{} is given twice, first in line {}", raw_value::scalar(map.key).shown(),
                                          first->at.line));
  if (members.size() == max_keys) stop(map.key_at, fmt::format("a map has at most {} keys", max_keys));
  members.push_back({std::move(map.key), map.key_at, std::move(value)});
}

/// yaml-cpp reports errors in the layout of lines and entries; the guard has reported all others.
std::string explain(std::string_view why) {
  if (why.starts_with("end of map flow") || why.starts_with("end of sequence flow"))
    return "a ',' is missing before this, or a value in brackets has to be in quotes";
  if (why.starts_with("end of")) return "wrong indentation: this line continues none of the lists and maps before it";
  if (why.starts_with("illegal flow end")) return "this bracket does not close the one that is open";
  if (why.starts_with("illegal map value")) return "a second ': ' in one entry - put the value in quotes";
  return fmt::format("this is not valid YAML: {}", why);
}

}  // namespace

std::optional<raw_value> read_yaml(const source_text& source, problems& errors) {
  auto guarded = yaml::guard_text(source, errors);
  if (!guarded.readable()) return std::nullopt;
  auto text = source.text();
  for (const auto& [begin, end] : guarded.scalars)
    if (text[begin] == '"') yaml::hide_surrogates(text, begin, end);
  tree_builder builder(guarded);
  try {
    std::istringstream stream(std::move(text));
    YAML::Parser parser(stream);
    if (parser.HandleNextDocument(builder)) parser.HandleNextDocument(builder);
  } catch (const enough&) {
    return std::nullopt;
  } catch (const YAML::Exception& error) {
    if (guarded.errors.size() == guarded.before)
      guarded.report(static_cast<std::size_t>(std::max(error.mark.pos, 0)),
                     explain(error.msg));  // otherwise it is a consequence of a reported problem
    return std::nullopt;
  }
  return std::move(builder.root);
}

}  // namespace telltale
