// Formats status line, date and headers.
#include "http_server/response_head.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "base/ascii.hpp"

namespace telltale {
namespace {

std::string_view phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
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
