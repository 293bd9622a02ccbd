// A strict parser for Prometheus' text format and OpenMetrics: throws on the first line that a scrape could reject.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.hpp"

namespace telltale::fakes {

struct exposition {
  struct sample {
    std::string name;
    std::map<std::string, std::string> labels;
    double value = 0;
  };
  std::vector<sample> samples;
  std::map<std::string, std::string> types;  ///< by the family name in the TYPE line
  std::map<std::string, std::string> helps;

  std::optional<double> value(const std::string& name, const std::map<std::string, std::string>& labels = {}) const {
    for (const auto& one : samples)
      if (one.name == name && one.labels == labels) return one.value;
    return std::nullopt;
  }
};

class exposition_reader {
 public:
  exposition_reader(std::string_view text, bool openmetrics) : text_(text), openmetrics_(openmetrics) {}

  exposition read() && {
    if (text_ != valid_utf8(text_)) throw std::runtime_error("not UTF-8");
    if (!text_.ends_with("\n")) throw std::runtime_error("no line break at the end");
    bool ended = false;
    while (!text_.empty()) {
      line_ = text_.substr(0, text_.find('\n'));
      text_.remove_prefix(line_.size() + 1);
      require(!ended, "text after # EOF");
      if (openmetrics_ && line_ == "# EOF") ended = true;
      else if (line_.starts_with("#")) comment();
      else sample();
    }
    require(ended == openmetrics_, "no # EOF");
    histograms();
    return std::move(out_);
  }

 private:
  void require(bool condition, std::string_view what) const {
    if (!condition) throw std::runtime_error(std::string(what) + ": " + std::string(line_));
  }

  static bool is_name(std::string_view name) {
    if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
    return name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == name.npos;
  }

  void comment() {
    auto rest = line_;
    const auto word = [&] {
      const auto end = std::min(rest.find(' '), rest.size());
      const std::string out(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      return out;
    };
    require(word() == "#", "a comment is not # WORD");
    const auto kind = word();
    const auto family = word();
    require(is_name(family), "bad family name");
    if (kind == "TYPE") {
      require(out_.types.emplace(family, rest).second, "a second TYPE");
      require(rest == "counter" || rest == "gauge" || rest == "histogram", "unknown type");
    } else if (kind == "HELP") {
      require(out_.helps.emplace(family, rest).second, "a second HELP");
      check_escapes(rest, openmetrics_ ? "\\n\"" : "\\n");
    } else {
      require(openmetrics_ && kind == "UNIT" && family.ends_with("_" + std::string(rest)), "not a comment we write");
    }
    current_ = family;
  }

  void check_escapes(std::string_view text, std::string_view allowed) const {
    for (std::size_t i = 0; i < text.size(); ++i)
      if (text[i] == '\\') require(++i < text.size() && allowed.find(text[i]) != allowed.npos, "bad escape");
  }

  void sample() {
    exposition::sample out;
    std::size_t at = std::min(line_.find_first_of("{ "), line_.size());
    out.name = line_.substr(0, at);
    require(is_name(out.name), "bad sample name");
    if (at < line_.size() && line_[at] == '{') at = labels(at + 1, out.labels);
    require(at + 1 < line_.size() && line_[at] == ' ', "no value");
    const std::string number(line_.substr(at + 1));
    char* end = nullptr;
    out.value = std::strtod(number.c_str(), &end);
    require(end == number.c_str() + number.size() && number.find_first_of("xXpP") == number.npos, "bad number");
    belongs(out);
    require(seen_.emplace(out.name, out.labels).second, "a duplicate series");
    out_.samples.push_back(std::move(out));
  }

  std::size_t labels(std::size_t at, std::map<std::string, std::string>& into) const {
    while (true) {
      const auto equals = line_.find("=\"", at);
      require(equals != line_.npos, "bad label");
      const std::string name(line_.substr(at, equals - at));
      require(is_name(name), "bad label name");
      std::string value;
      for (at = equals + 2; at < line_.size() && line_[at] != '"'; ++at) {
        if (line_[at] != '\\') {
          value += line_[at];
          continue;
        }
        require(++at < line_.size() && std::string_view("\\n\"").find(line_[at]) != std::string_view::npos,
                "bad escape");
        value += line_[at] == 'n' ? '\n' : line_[at];
      }
      require(into.emplace(name, value).second, "a label twice");
      require(at + 1 < line_.size(), "unfinished labels");
      if (line_[at + 1] == '}') return at + 2;
      require(line_[at + 1] == ',', "bad separator");
      at += 2;
    }
  }

  // TYPE and HELP precede the samples of their family, and families do not mix.
  void belongs(const exposition::sample& one) const {
    const auto type = out_.types.find(current_);
    require(type != out_.types.end() && out_.helps.contains(current_), "no TYPE and HELP before the sample");
    std::set<std::string> names{current_};
    if (type->second == "counter") {
      names = {openmetrics_ ? current_ + "_total" : current_};
      require(one.name.ends_with("_total"), "a counter without _total");
      require(one.value >= 0, "a negative counter");
    }
    if (type->second == "histogram") names = {current_ + "_bucket", current_ + "_count", current_ + "_sum"};
    require(names.contains(one.name), "a sample of another family");
  }

  // Buckets never decrease, the last is +Inf, and it equals the count.
  void histograms() const {
    std::map<std::pair<std::string, std::map<std::string, std::string>>, std::pair<double, double>> last;
    for (auto one : out_.samples) {
      if (!one.name.ends_with("_bucket")) continue;
      const auto bound = std::strtod(one.labels.at("le").c_str(), nullptr);
      one.labels.erase("le");
      auto& [last_bound, last_count] = last.try_emplace({one.name, one.labels}, -1, 0).first->second;
      if (bound <= last_bound || one.value < last_count) throw std::runtime_error("buckets do not grow: " + one.name);
      last_bound = bound;
      last_count = one.value;
    }
    for (const auto& [series, end] : last) {
      const auto family = series.first.substr(0, series.first.size() - 7);
      if (end.first != HUGE_VAL || out_.value(family + "_count", series.second) != end.second)
        throw std::runtime_error("+Inf is not the count: " + family);
      if (!out_.value(family + "_sum", series.second)) throw std::runtime_error("no sum: " + family);
    }
  }

  std::string_view text_;
  std::string_view line_;
  bool openmetrics_;
  std::string current_;
  std::set<std::pair<std::string, std::map<std::string, std::string>>> seen_;
  exposition out_;
};

inline exposition read_exposition(std::string_view text, bool openmetrics = false) {
  return exposition_reader(text, openmetrics).read();
}

}  // namespace telltale::fakes
