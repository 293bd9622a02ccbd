// Fuzz target: a metrics page against its parser and the rules. Every split of the page gives the same result, and a
// page that a second, strict parser accepts has the same samples.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/printable.hpp"
#include "base/utf8.hpp"
#include "fakes/exposition.hpp"
#include "prometheus/page.hpp"
#include "require.hpp"

using namespace telltale;
using namespace telltale::prometheus;
using fuzz::require;

namespace {

const secret_list secrets{"hunter2hunter2"};

rule make_rule(std::string_view expression, conditions wanted) {
  std::string why;
  auto what = parse_expression(expression, why);
  require(what.has_value(), "the rules of this target are valid");
  auto name = fmt::format("rule_{}", expression.size());
  return {std::move(*what), std::move(wanted), std::move(name)};
}

rule_list make_rules() {
  conditions ignored;
  ignored.absent = absence::ignore;
  auto limited = ignored;
  limited.warn = 5;
  limited.fail = 100;
  auto low = ignored;
  low.below.fail = 1;
  rule_list out;
  out.push_back(make_rule("count({__name__=~'(?s).+'})", ignored));
  out.push_back(make_rule("a", limited));
  out.push_back(make_rule("x{b!=''}", low));
  out.push_back(make_rule("sum({b=~'.*[1-9].*'})", limited));
  out.push_back(make_rule("max(rate({__name__!=''}))", limited));
  return out;
}

const rule_list& rules() {
  static const rule_list all = make_rules();
  return all;
}

template <class Feed>
void feed_pieces(std::string_view text, bool whole, const Feed& feed) {
  fuzz::scissors cut(text);
  while (!text.empty()) {
    const auto size = whole ? text.size() : std::min(cut.next(), text.size());
    if (!feed(text.substr(0, size))) return;
    text.remove_prefix(size);
  }
}

struct reading {
  std::vector<std::string> samples;
  finding failed;
  friend bool operator==(const reading&, const reading&) = default;
};

using label_map = std::map<std::string, std::string>;

label_map labels_of(const sample& one) {
  label_map out;
  std::string storage;
  for (const auto& each : one.labels) out.emplace(each.name, unescaped(each.escaped, storage));
  return out;
}

void check_sample(const sample& one) {
  require(!one.name.empty() && one.name == valid_utf8(one.name), "a sample has a name of UTF-8");
  for (const auto& each : one.labels) {
    require(!each.name.empty() && each.name == valid_utf8(each.name), "a label has a name of UTF-8");
    require(each.escaped == valid_utf8(each.escaped), "a label value is UTF-8");
  }
  const auto again = fmt::format("{} {}", one.series, one.value);
  line_parser parser;
  require(parser.parse(again) == line_kind::sample, "what was read can be written");
  require(labels_of(parser.found()) == labels_of(one), "its labels are read again");
  const double value = parser.found().value;
  require(value == one.value || (std::isnan(value) && std::isnan(one.value)), "its value is read again");
}

reading read_page(std::string_view text, bool openmetrics, bool whole) {
  reading out;
  page_reader reader(openmetrics, secrets, [&](const sample& one) {
    check_sample(one);
    out.samples.push_back(fmt::format("{} {} {}", one.line, one.series, one.value));
    return true;
  });
  feed_pieces(text, whole, [&](std::string_view piece) { return reader.feed(piece); });
  out.failed = reader.finish();
  require(reader.held() <= 2 * page_reader::max_line, "memory is bounded");
  return out;
}

outcome evaluate(std::string_view text, bool openmetrics, bool whole, page_history& earlier, int second) {
  findings found;
  page one(rules(), earlier, boot_clock::time_point(std::chrono::seconds(second)), openmetrics, secrets);
  feed_pieces(text, whole, [&](std::string_view piece) { return one.feed(piece); });
  found.add(one.finish(found, earlier));
  return std::move(found).result(one.summary());
}

bool same(const outcome& a, const outcome& b) {
  return a.verdict == b.verdict && a.reason == b.reason && a.message == b.message && a.measurements == b.measurements;
}

void check_outcome(const outcome& found, const reading& page) {
  require(found.message == printable(found.message), "a message is printable");
  require(found.message.find("hunter2hunter2") == std::string::npos, "a message has no secret");
  if (page.failed.verdict == verdict::fail && found.reason != reason::protocol)
    require(found.reason == page.failed.reason, "a page that is not valid fails");
  const auto series = found.measured(rules().front().measured_as);
  if (series) require(*series == static_cast<double>(page.samples.size()), "every sample is counted");
  if (found.verdict == verdict::pass) require(page.failed.verdict == verdict::pass, "only a valid page passes");
}

/// A page is also the next one: nothing has increased then.
void check_rules(std::string_view text, bool openmetrics, const reading& page) {
  page_history of_whole(std::chrono::seconds(10));
  page_history of_pieces(std::chrono::seconds(10));
  for (int second = 10; second <= 20; second += 10) {
    const auto whole = evaluate(text, openmetrics, true, of_whole, second);
    const auto pieces = evaluate(text, openmetrics, false, of_pieces, second);
    require(same(whole, pieces), "how a page arrives changes no finding");
    check_outcome(whole, page);
    const auto rate = whole.measured(rules().back().measured_as);
    if (rate) require(second == 20 && *rate == 0, "a counter that stays has no rate");
  }
}

void compare_with_strict_parser(std::string_view text, bool openmetrics, const reading& page) {
  fakes::exposition strict;
  try {
    strict = fakes::exposition_reader(text, openmetrics).read();
  } catch (const std::exception&) {
    return;
  }
  require(page.failed.verdict == verdict::pass, "a strictly valid page is valid");
  require(page.samples.size() == strict.samples.size(), "it has all samples");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const bool openmetrics : {false, true}) {
    const auto whole = read_page(text, openmetrics, true);
    require(whole == read_page(text, openmetrics, false), "how a page arrives changes no sample");
    check_rules(text, openmetrics, whole);
    compare_with_strict_parser(text, openmetrics, whole);
  }
  return 0;
}
