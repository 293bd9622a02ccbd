// Splits the pieces of a page into lines, and explains what is not a metrics page.
#include "prometheus/page_reader.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/ascii.hpp"

namespace telltale::prometheus {
namespace {

/// What the first line of something else looks like; empty for a broken metrics page.
std::string_view other_content(std::string_view line) {
  const auto begin = line.find_first_not_of(" \t\r\xef\xbb\xbf");
  if (begin == std::string_view::npos) return "";
  switch (line[begin]) {
    case '<':
      return lower(line.substr(begin, 64)).find("xml") == std::string::npos ? "an HTML page" : "XML";
    case '{':
    case '[':
      return "JSON";
    default:
      return "";
  }
}

}  // namespace

page_reader::page_reader(bool openmetrics, const secret_list& secrets, sink take)
    : openmetrics_(openmetrics), secrets_(secrets), sink_(std::move(take)) {}

bool page_reader::feed(std::string_view piece) {
  while (!stopped_ && !piece.empty()) {
    const auto end = piece.find('\n');
    if (end == std::string_view::npos) return keep(piece);
    const auto line = piece.substr(0, end);
    piece.remove_prefix(end + 1);
    if (partial_.empty()) {
      take_line(line);
    } else if (keep(line)) {
      take_line(partial_);
      partial_.clear();
    }
  }
  return !stopped_;
}

const finding& page_reader::finish() {
  if (stopped_) return failed_;
  if (!partial_.empty())
    reject(partial_,
           fmt::format("the page ends in the middle of line {}: '{}'", line_ + 1, shown_peer_text(partial_, secrets_)));
  else if (openmetrics_ && !ended_)
    reject("", fmt::format("the page ends without '# EOF' after line {}: it is not complete", line_));
  stopped_ = true;
  return failed_;
}

bool page_reader::keep(std::string_view piece) {
  if (partial_.size() + piece.size() > max_line)
    return reject(partial_.empty() ? piece : partial_,
                  fmt::format("line {} of the page is longer than 64 KiB", line_ + 1));
  partial_ += piece;
  return true;
}

bool page_reader::take_line(std::string_view line) {
  ++line_;
  if (line.size() > max_line) return reject(line, fmt::format("line {} of the page is longer than 64 KiB", line_));
  if (ended_ && openmetrics_) return reject("", fmt::format("the page goes on after '# EOF' in line {}", line_ - 1));
  switch (parser_.parse(line)) {
    case line_kind::nothing:
      return true;
    case line_kind::end:
      return ended_ = true;
    case line_kind::sample:
      ++samples_;
      parser_.found().line = line_;
      stopped_ = !sink_(parser_.found());
      return !stopped_;
    case line_kind::broken:
      break;
  }
  return reject(line, fmt::format("line {} of the page is not a sample, {}: '{}'", line_, parser_.problem(),
                                  shown_peer_text(line, secrets_)));
}

bool page_reader::reject(std::string_view line, std::string sentence) {
  stopped_ = true;
  const auto other = samples_ == 0 ? other_content(line) : std::string_view();
  failed_ = {verdict::fail, reason::protocol, std::move(sentence)};
  if (!other.empty())
    failed_ = {verdict::fail, reason::mismatch, fmt::format("the server sent {} instead of metrics", other)};
  return false;
}

}  // namespace telltale::prometheus
