// yaml-cpp's events, made into a tree, with everything refused that a configuration has no use for.
#include "yaml/reader.hpp"

#include <algorithm>
#include <istream>
#include <streambuf>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "yaml/advice.hpp"
#include "yaml/clean_text.hpp"
#include "yaml/escapes.hpp"
#include "yaml/folding.hpp"
#include "yaml/syntax.hpp"

namespace telltale {
namespace {

constexpr std::size_t max_keys = 256;      // in one map
constexpr std::size_t max_items = 20'000;  // in one list

/// Builds the tree from events. Marks are byte offsets into the text; yaml-cpp's columns count bytes, ours characters.
class tree_builder final : public YAML::EventHandler {
 public:
  tree_builder(const source_text& source, const yaml::syntax& syntax, problems& errors)
      : source_(source), syntax_(syntax), errors_(errors) {}

  raw_value root;

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override;
  void OnScalar(const YAML::Mark&, const std::string& tag, YAML::anchor_t, const std::string& text) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    open(raw_value::list({}, at(mark)));
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    open(raw_value::map({}, at(mark)));
  }
  void OnMapEnd() override { close(); }

 private:
  struct frame {
    raw_value value;
    std::string key;
    place key_at;
    bool has_key = false;
  };

  place at(const YAML::Mark& mark) const { return source_.at(static_cast<std::size_t>(std::max(mark.pos, 0))); }
  bool expects_key() const {
    return !stack_.empty() && stack_.back().value.kind == raw_value::kind_t::map && !stack_.back().has_key;
  }
  void check_reading(std::size_t pos, const std::string& text);
  bool is_known(std::size_t pos) const {
    return std::binary_search(syntax_.scalars.begin(), syntax_.scalars.end(), pos);
  }
  std::string with_escapes(std::size_t pos, const std::string& read) const;
  void take_folded(const yaml::folded_range&);
  const yaml::folded_range* folded_at(std::size_t pos) const;
  void open(raw_value value);
  void close();
  void take(raw_value value);
  void take_key(std::string key, place where);
  void add_member(frame&, raw_value value);

  const source_text& source_;
  const yaml::syntax& syntax_;
  problems& errors_;
  std::vector<frame> stack_;
};

void tree_builder::OnNull(const YAML::Mark& mark, YAML::anchor_t) {
  if (expects_key()) {
    errors_.add(at(mark), "a key cannot be empty or null - put the key in quotes if it is meant as text");
    return take_key("", at(mark));
  }
  raw_value nothing;
  nothing.at = !stack_.empty() && stack_.back().has_key ? stack_.back().key_at : at(mark);
  nothing.text = yaml::null_word(source_.text(), static_cast<std::size_t>(std::max(mark.pos, 0)));
  take(std::move(nothing));
}

/// Already reported by the scanner; a null in the same place keeps the rest of the tree in shape.
void tree_builder::OnAlias(const YAML::Mark& mark, YAML::anchor_t) {
  raw_value nothing;
  nothing.at = at(mark);
  if (expects_key()) take_key("", at(mark));
  else take(std::move(nothing));
}

void tree_builder::OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t, const std::string& read) {
  const auto pos = static_cast<std::size_t>(std::max(mark.pos, 0));
  if (const auto* range = errors_.empty() && !expects_key() ? folded_at(pos) : nullptr) return take_folded(*range);
  check_reading(pos, read);
  const auto text = with_escapes(pos, read);
  if (auto why = unusable_text(text)) errors_.add(at(mark), fmt::format("the value contains {}", *why));
  if (expects_key()) return take_key(text, at(mark));
  auto value = raw_value::scalar(text, at(mark));
  const char first = source_.text()[pos];
  // Behind a tag, or over several lines - both reported -, the text is not found at its place either.
  value.quoted = first == '"' || first == '\'' || first == '|' || first == '>' ||
                 source_.text().compare(pos, text.size(), text) != 0;
  if (first == '|' || first == '>') value.text.erase(value.text.find_last_not_of('\n') + 1);
  take(std::move(value));
}

const yaml::folded_range* tree_builder::folded_at(std::size_t pos) const {
  const auto found = std::lower_bound(syntax_.folded.begin(), syntax_.folded.end(), pos,
                                      [](const auto& range, std::size_t at) { return range.begin < at; });
  return found != syntax_.folded.end() && found->begin == pos ? &*found : nullptr;
}

/// yaml-cpp reads `\_` and `\N` as bytes that are not UTF-8, and no surrogates.
std::string tree_builder::with_escapes(std::size_t pos, const std::string& read) const {
  const auto& source = source_.text();
  if (source[pos] != '"' || !is_known(pos)) return read;
  const auto scanned = yaml::scan_quoted(source, pos, yaml::context::flow, 0);
  return scanned.wrong ? read : yaml::fold(source, pos, scanned.end).text;
}

/// A value over several lines.
void tree_builder::take_folded(const yaml::folded_range& range) {
  const auto folded = yaml::fold(source_.text(), range.begin, range.end);
  for (std::size_t i = 0; i < folded.lines.size(); ++i) {
    const auto& line = folded.lines[i];
    const auto end = i + 1 < folded.lines.size() ? folded.lines[i + 1].text_at : folded.text.size();
    if (auto why = unusable_text(std::string_view(folded.text).substr(line.text_at, end - line.text_at)))
      errors_.add(source_.at(line.source_at), fmt::format("the value contains {}", *why));
  }
  auto value = raw_value::scalar(folded.text, source_.at(range.begin));
  value.quoted = true;
  take(std::move(value));
}

/// yaml-cpp and the scanner must agree about what is a scalar and, for plain ones, about every byte of it.
void tree_builder::check_reading(std::size_t pos, const std::string& text) {
  if (!errors_.empty()) return;  // places differ where an anchor or tag stands before the value
  const char first = source_.text()[pos];
  const bool plain = first != '"' && first != '\'' && first != '|' && first != '>';
  if (!is_known(pos) || (plain && source_.text().compare(pos, text.size(), text) != 0))
    errors_.add(source_.at(pos), "this value can be read in more than one way - put it in quotes, on one line");
}

void tree_builder::open(raw_value value) {
  if (expects_key()) {
    errors_.add(value.at, "a key cannot be a list or a map");
    take_key("", value.at);  // the collection takes the value's place, so that the levels stay right
  }
  stack_.push_back({std::move(value), {}, {}, false});
}

void tree_builder::close() {
  auto done = std::move(stack_.back().value);
  stack_.pop_back();
  take(std::move(done));
}

void tree_builder::take_key(std::string key, place where) {
  auto& map = stack_.back();
  map.has_key = true;
  map.key_at = where;
  if (key == "<<") errors_.add(where, "merge keys are not used here - 'defaults' holds what all checks share");
  else if (key.find("${") != std::string::npos)
    errors_.add(where, "variables are replaced in values only, not in keys");
  map.key = std::move(key);
}

void tree_builder::take(raw_value value) {
  if (stack_.empty()) {
    root = std::move(value);
    return;
  }
  auto& top = stack_.back();
  if (top.value.kind == raw_value::kind_t::map) return add_member(top, std::move(value));
  if (top.value.items.size() == max_items) errors_.add(value.at, fmt::format("a list has at most {} items", max_items));
  if (top.value.items.size() <= max_items) top.value.items.push_back(std::move(value));
}

void tree_builder::add_member(frame& map, raw_value value) {
  map.has_key = false;
  auto& members = map.value.members;
  const auto first = std::find_if(members.begin(), members.end(), [&](const auto& m) { return m.key == map.key; });
  if (first != members.end())
    return errors_.add(map.key_at, fmt::format("{} is given twice, first in line {}",
                                               raw_value::scalar(map.key).shown(), first->at.line));
  if (members.size() == max_keys) errors_.add(map.key_at, fmt::format("a map has at most {} keys", max_keys));
  if (members.size() <= max_keys) members.push_back({std::move(map.key), map.key_at, std::move(value)});
}

/// A stream over memory, so that the text is not copied.
class text_buffer : public std::streambuf {
 public:
  explicit text_buffer(const std::string& text) {
    auto* data = const_cast<char*>(text.data());  // streambuf has no const get area; nothing writes to it
    setg(data, data, data + text.size());
  }
};

void report_exception(const source_text& source, const YAML::Exception& error, problems& errors) {
  const auto pos = static_cast<std::size_t>(std::max(error.mark.pos, 0));
  errors.add(source.at(pos), fmt::format("this is not valid YAML: {}", error.msg));
}

}  // namespace

std::optional<raw_value> read_yaml(const source_text& source, problems& errors) {
  const auto before = errors.size();
  const auto syntax = yaml::check_syntax(source, errors);
  if (!syntax.readable) return std::nullopt;
  tree_builder builder(source, syntax, errors);
  try {
    const auto replaced = yaml::without_surrogates(source.text(), syntax.scalars);
    text_buffer buffer(replaced ? *replaced : source.text());
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
  } catch (const YAML::Exception& error) {
    if (errors.size() == before) report_exception(source, error, errors);  // else a consequence, e.g. of an alias
    return std::nullopt;
  }
  return std::move(builder.root);
}

}  // namespace telltale
