// yaml-cpp's events, made into a tree, with everything refused that a configuration has no use for.
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

/// Ends the parsing; the problem was reported.
struct enough {};

/// Builds the tree from events. Marks are byte offsets into the text; yaml-cpp's columns count bytes, ours characters.
class tree_builder final : public YAML::EventHandler {
 public:
  explicit tree_builder(yaml::guarded& guarded) : guarded_(guarded), text_(guarded.source.text()) {}

  raw_value root;

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (std::exchange(started_, true)) stop(mark, "text after the end of the configuration - remove it");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override;
  void OnScalar(const YAML::Mark&, const std::string& tag, YAML::anchor_t, const std::string& text) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    open(mark, raw_value::list({}, at(mark)));
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    open(mark, raw_value::map({}, at(mark)));
  }
  void OnMapEnd() override { close(); }

 private:
  struct frame {
    raw_value value;
    std::string key;
    place key_at;
    bool has_key = false;
  };

  static std::size_t offset(const YAML::Mark& mark) { return static_cast<std::size_t>(std::max(mark.pos, 0)); }
  place at(const YAML::Mark& mark) const { return guarded_.source.at(offset(mark)); }
  void report(place where, std::string message) { guarded_.errors.add(where, std::move(message)); }
  [[noreturn]] void stop(const YAML::Mark& mark, std::string message) {
    report(at(mark), std::move(message));
    throw enough{};
  }
  bool expects_key() const {
    return !stack_.empty() && stack_.back().value.kind == raw_value::kind_t::map && !stack_.back().has_key;
  }
  void count(const YAML::Mark& mark) {
    if (++values_ > max_values) stop(mark, fmt::format("more than {} values in one configuration", max_values));
  }
  std::string text_of(std::size_t pos, const std::string& read);
  void open(const YAML::Mark&, raw_value value);
  void close();
  void take(raw_value value);
  void take_key(std::string key, place where);
  void add_member(frame&, raw_value value);

  yaml::guarded& guarded_;
  const std::string& text_;
  std::vector<frame> stack_;
  std::size_t values_ = 0;
  bool started_ = false;
};

/// The word for nothing at `pos`; empty when it is left out.
std::string null_word(std::string_view text) {
  for (const std::string_view word : {"~", "null", "Null", "NULL"})
    if (text.starts_with(word) && std::string_view(" \t\n,]}").find(text[word.size()]) != std::string_view::npos)
      return std::string(word);
  return {};
}

void tree_builder::OnNull(const YAML::Mark& mark, YAML::anchor_t) {
  count(mark);
  if (expects_key()) {
    report(at(mark), "a key cannot be empty or null - put the key in quotes if it is meant as text");
    return take_key("", at(mark));
  }
  raw_value nothing;
  nothing.at = !stack_.empty() && stack_.back().has_key ? stack_.back().key_at : at(mark);
  nothing.text = null_word(std::string_view(text_).substr(std::min(offset(mark), text_.size())));
  take(std::move(nothing));
}

/// Already reported by the guard; a null in the same place keeps the rest of the tree in shape.
void tree_builder::OnAlias(const YAML::Mark& mark, YAML::anchor_t) {
  raw_value nothing;
  nothing.at = at(mark);
  if (expects_key()) take_key("", at(mark));
  else take(std::move(nothing));
}

void tree_builder::OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t, const std::string& read) {
  count(mark);
  const auto pos = offset(mark);
  const auto text = text_of(pos, read);
  if (expects_key()) return take_key(text, at(mark));
  auto value = raw_value::scalar(text, at(mark));
  const char first = text_[pos];
  // Behind a tag, which was reported, or over several lines, the text is not found at its place either.
  value.quoted = yaml::is_quote(first) || first == '|' || first == '>' || text_.compare(pos, text.size(), text) != 0;
  if (first == '|' || first == '>') value.text.erase(value.text.find_last_not_of('\n') + 1);
  take(std::move(value));
}

/// yaml-cpp and the guard must agree about what is a scalar and, for plain ones on one line, about every byte of it.
std::string tree_builder::text_of(std::size_t pos, const std::string& read) {
  if (text_[pos] == '|' || text_[pos] == '>') return read;
  const auto& all = guarded_.scalars;
  const auto found =
      std::lower_bound(all.begin(), all.end(), pos, [](auto one, auto wanted) { return one.begin < wanted; });
  const bool known = found != all.end() && found->begin == pos;
  auto text = known ? yaml::scalar_text(text_, pos, found->end) : read;
  // The places differ where an anchor or tag stands before the value.
  if (guarded_.errors.empty() && (!known || (!yaml::is_quote(text_[pos]) && text != read)))
    report(guarded_.source.at(pos), "this value can be read in more than one way - put it in quotes, on one line");
  return text;
}

void tree_builder::open(const YAML::Mark& mark, raw_value value) {
  count(mark);
  if (stack_.size() == yaml::max_depth)
    stop(mark, fmt::format("lists and maps are nested deeper than {} levels", yaml::max_depth));
  if (expects_key()) stop(mark, "a key cannot be a list or a map");
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
  if (key == "<<") report(where, "merge keys are not used here - 'defaults' holds what all checks share");
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
  if (top.value.items.size() == max_items) report(value.at, fmt::format("a list has at most {} items", max_items));
  if (top.value.items.size() <= max_items) top.value.items.push_back(std::move(value));
}

void tree_builder::add_member(frame& map, raw_value value) {
  map.has_key = false;
  auto& members = map.value.members;
  const auto first = std::find_if(members.begin(), members.end(), [&](const auto& m) { return m.key == map.key; });
  if (first != members.end())
    return report(map.key_at, fmt::format("{} is given twice, first in line {}", raw_value::scalar(map.key).shown(),
                                          first->at.line));
  if (members.size() == max_keys) report(map.key_at, fmt::format("a map has at most {} keys", max_keys));
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

/// What yaml-cpp finds wrong is the layout of lines and entries: the guard has judged the rest.
void report_exception(yaml::guarded& guarded, const YAML::Exception& error) {
  const std::string_view why = error.msg;
  const auto pos = static_cast<std::size_t>(std::max(error.mark.pos, 0));
  if (why.starts_with("end of"))
    return guarded.report(pos,
                          "wrong indentation, or a list item among keys or a key among list items: this line "
                          "belongs to nothing before it");
  guarded.report(pos, fmt::format("this is not valid YAML: {}", why));
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
    if (guarded.errors.size() == guarded.before) report_exception(guarded, error);  // else a consequence of a problem
    return std::nullopt;
  }
  return std::move(builder.root);
}

}  // namespace telltale
