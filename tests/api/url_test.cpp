// Texts that are not valid URLs: each mistake has its place and its words.
#include <string>

#include <doctest/doctest.h>

#include <telltale/option_traits.hpp>

using namespace telltale;

namespace {

/// The mistake of a text that stands at 1:1, or empty.
std::string mistake_in(const std::string& written, bool expanded = false) {
  problems errors;
  auto value = raw_value::scalar(written, {1, 1});
  value.expanded = expanded;
  const auto out = option_traits<url>::parse(value, "url", errors);
  CHECK(out.has_value() == errors.empty());
  if (errors.empty()) return "";
  CHECK(errors.size() == 1);
  return std::to_string(errors.list()[0].at.column) + " " + errors.list()[0].message;
}

}  // namespace

TEST_CASE("url: each missing or misplaced part is named at its place") {
  const std::string scheme = "1 url: the scheme is missing: a URL starts as in http:// or wss://";
  const std::string separator = " url: '://' follows the scheme, as in http:// or wss://";
  const std::string port = " url: expected a port from 1 to 65535";
  const std::string brackets = "8 url: an IPv6 address stands in brackets, as in [::1]";
  struct row {
    std::string written;
    std::string mistake;
  };
  const row rows[] = {
      {"http:/host", "5" + separator},
      {"http:host:80", "5" + separator},
      {"HTTPS:/host", "6" + separator},
      {"http//host", "5" + separator},
      {"wss:", "4" + separator},
      {"ws:?x", "3" + separator},
      {"host:80/path", scheme},
      {"host/path", scheme},
      {"httpd:80/path", scheme},
      {"ws.example.com/path", scheme},
      {"//host/path", scheme},
      {"://host/path", "1 url: expected a URL such as ws://127.0.0.1:8000/ws"},
      {"host/?to=http://other/", scheme},
      {"localhost", scheme},
      {"127.0.0.1:8080", scheme},
      {"", scheme},
      {" http://h/", "1 url: a blank or line break stands before the URL"},
      {"http://h/ ", "10 url: a blank or line break stands behind the URL"},
      {"http://h:80\n", "12 url: a blank or line break stands behind the URL"},
      {"http://h/a b", "11 url: in a URL a blank is written %20"},
      {"http://", "8 url: the host is missing behind '//'"},
      {"http:///path", "8 url: the host is missing behind '//'"},
      {"http://:80/", "8 url: the host is missing behind '//'"},
      {"http://h:0/", "10" + port},
      {"http://h:99999/", "10" + port},
      {"http://h:65536", "10" + port},
      {"http://h:-1/", "10" + port},
      {"http://h:8o80/", "10" + port},
      {"http://h:/path", "10" + port},
      {"http://[::1]:0/", "14" + port},
      {"http://::1/", brackets},
      {"http://::1:8080/", brackets},
      {"http://[::1/", "8 url: the bracket behind the IPv6 address is missing, as in [::1]"},
      {"http://[::1]8080/", "13 url: a colon and the port, or the path, follow the bracket"},
      {"http://{{host}}/", "8 url: '{' cannot be part of a URL - a template is left over, or it is written %7B"},
      {"http://h/{id}", "10 url: '{' cannot be part of a URL - a template is left over, or it is written %7B"},
      {"http://m\u00fcnchen.example/",
       "9 url: '\u00fc' cannot be part of a host - write the name in its ASCII form, which starts with xn--"},
      {"https://user:hunter2@h/", "1 url: expected a URL without user name and password (use a header from a secret)"},
      {"user:hunter2@h/", scheme},
  };
  for (const auto& r : rows) {
    CAPTURE(r.written);
    CHECK(mistake_in(r.written) == r.mistake);
  }
}

TEST_CASE("url: valid ones have no mistake") {
  for (const auto* written : {"http://h", "https://h:65535/", "WSS://Example.org/ws?a=b:c", "http://[::1]:1/x#y",
                              "http://[fe80::1]/", "http://h?to=http://other:0/", "ftp://h:21/"})
    CHECK(mistake_in(written) == "");
}

TEST_CASE("url: the place of a mistake in the value of a variable is that of the value") {
  CHECK(mistake_in("http://h:0/", true) == "1 url: expected a port from 1 to 65535");
}
