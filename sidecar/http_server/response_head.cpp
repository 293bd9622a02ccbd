// Formats status line, date and headers.
#include "http_server/response_head.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "base/ascii.hpp"

namespace telltale {
namespace {

struct status_phrase {
  int status;
  std::string_view phrase;
};

constexpr std::array phrases{status_phrase{200, "OK"},
                             status_phrase{204, "No Content"},
                             status_phrase{400, "Bad Request"},
                             status_phrase{401, "Unauthorized"},
                             status_phrase{403, "Forbidden"},
                             status_phrase{404, "Not Found"},
                             status_phrase{405, "Method Not Allowed"},
                             status_phrase{408, "Request Timeout"},
                             status_phrase{413, "Content Too Large"},
                             status_phrase{431, "Request Header Fields Too Large"},
                             status_phrase{500, "Internal Server Error"},
                             status_phrase{503, "Service Unavailable"},
                             status_phrase{505, "HTTP Version Not Supported"}};

std::string_view phrase(int status) {
  const auto* const found = std::ranges::find(phrases, status, &status_phrase::status);
  return found == phrases.end() ? "Status" : found->phrase;
}

constexpr std::size_t usual_bytes = 320;

void header(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out.append(name).append(": ");
  if (std::none_of(value.begin(), value.end(), is_control)) out.append(value);
  else std::remove_copy_if(value.begin(), value.end(), std::back_inserter(out), is_control);
  out.append("\r\n");
}

std::string_view digits(const fmt::format_int& number) { return {number.data(), number.size()}; }

}  // namespace

std::string http_date(std::time_t now) {
  constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm t{};
  ::gmtime_r(&now, &t);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", days.at(static_cast<std::size_t>(t.tm_wday)), t.tm_mday,
                     months.at(static_cast<std::size_t>(t.tm_mon)), t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

std::string_view date_text::at(std::time_t now) {
  if (now != second_ || text_.empty()) text_ = http_date(now);
  second_ = now;
  return text_;
}

std::string response_head(const reply& answer, std::size_t body_bytes, std::string_view connection,
                          std::string_view date) {
  std::string out;
  out.reserve(usual_bytes);
  out.append("HTTP/1.1 ").append(digits(fmt::format_int(answer.status))).append(" ").append(phrase(answer.status));
  out.append("\r\nDate: ").append(date);
  // A response that cannot have a body has no Content-Length (RFC 9110, 8.6).
  if (answer.status != 204) out.append("\r\nContent-Length: ").append(digits(fmt::format_int(body_bytes)));
  out.append("\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n");
  header(out, "Content-Type", answer.content_type);
  header(out, "Content-Encoding", answer.content_encoding);
  header(out, "Allow", answer.allow);
  header(out, "WWW-Authenticate", answer.challenge);
  header(out, "Connection", connection);
  out += "\r\n";
  return out;
}

}  // namespace telltale
