// Fuzz target: the expectation language, its judgement of JSON, and patterns on a peer's bytes. The first byte selects,
// the first line is the expectation or pattern, the rest the value.
#include <cstdint>
#include <string>
#include <string_view>

#include <telltale/reason.hpp>

#include "base/utf8.hpp"
#include "base/words.hpp"
#include "expect/expectation.hpp"
#include "expect/json_text.hpp"
#include "expect/json_values.hpp"
#include "require.hpp"

using namespace telltale;
using fuzz::require;
using relation = expectation::relation;

namespace {

relation opposite_of(relation wanted) {
  switch (wanted) {
    case relation::equal:
      return relation::not_equal;
    case relation::not_equal:
      return relation::equal;
    case relation::match:
      return relation::no_match;
    case relation::no_match:
      return relation::match;
    case relation::less:
      return relation::greater_equal;
    case relation::greater_equal:
      return relation::less;
    case relation::greater:
      return relation::less_equal;
    case relation::less_equal:
      return relation::greater;
  }
  return wanted;
}

bool is_printable(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  return valid_utf8(text) == text;
}

void language(std::string_view written, std::string_view actual) {
  std::string mend;
  const auto got = parse_expectation(written, mend);
  require(got.has_value() || is_printable(valid_utf8(mend)), "what is refused has a mend");
  if (!got) return require(!mend.empty(), "what is refused has a mend");
  require(!got->value.empty(), "an expectation has a value");
  const auto again = parse_expectation(got->text());
  require(again && again->wanted == got->wanted && again->value == got->value, "its text is the same expectation");
  auto opposite = *got;
  opposite.wanted = opposite_of(got->wanted);
  require(!(got->holds(actual) && opposite.holds(actual)), "an expectation and its opposite never hold together");
  if (!got->is_ordered())
    require(got->holds(actual) != opposite.holds(actual), "without an order one of the two holds");
  require(!(got->is_ordered() && got->holds(std::nullopt)), "what is absent has no order");
  const auto sentence = unmet("is x", *got);
  require(is_printable(sentence) && sentence.size() < 100, "a sentence is short and printable");
}

void json(std::string_view written, std::string_view text) {
  json_values values;
  const auto blank = written.find('\t');
  if (auto wanted = parse_expectation(written.substr(std::min(blank, written.size() - 1) + 1)))
    values.wanted.emplace(written.substr(0, blank), std::move(*wanted));
  const auto found = judge_json(text, values);
  std::string why;
  const auto root = parse_json(text, why);
  require(root.has_value() == why.empty(), "a text is JSON, or the reason why not is given");
  require(root || found.sentence == why, "what is not JSON is not judged");
  if (root) require(judge_values(*root, values) == found, "text and document are judged alike");
  if (found.verdict == verdict::pass) return require(root.has_value(), "what passes is JSON");
  require(found.reason == reason::mismatch && !found.sentence.empty(), "every failure says why");
  require(valid_utf8(found.sentence).size() < 300 + 3 * written.size(), "a sentence is bounded");
}

void search(std::string_view written, std::string_view text) {
  std::string why;
  std::string part;
  const auto made = pattern::compile(written.substr(0, 200), why, part);
  if (!made) return require(!why.empty(), "what is refused says why");
  const bool found = made->found_in(text);
  require(found == made->found_in(text), "a search has one result");
  if (made->found_in(""))
    require(written.find_first_of("^$\\()|*?[{") != std::string_view::npos || written.empty(),
            "letters are not found in an empty text");
  if (written.find_first_not_of("abcdefghijklmnopqrstuvwxyz ") == std::string_view::npos && written.size() <= 200)
    require(found == (text.find(written) != std::string_view::npos), "letters are found where they are");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto written = take_until(text, '\n');
  switch (data[0]) {
    case 'j':
      json(written, text);
      break;
    case 'p':
      search(written, text);
      break;
    default:
      language(written, text);
  }
  return 0;
}
