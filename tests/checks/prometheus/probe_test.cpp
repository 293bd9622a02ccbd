// The prometheus check against scripted exporters: each outcome that it tells apart, with its reason and its words.
#include <algorithm>
#include <string>

#include <boost/asio/ssl/stream.hpp>

#include "checks/prometheus/peer.hpp"
#include "fakes/certificates.hpp"
#include "fakes/temp_folder.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

const std::string page = "# TYPE queue_depth gauge\nqueue_depth{queue=\"mail\"} 12\nup 1\n";

options up() { return {{"up", text("1")}}; }

std::string status(const std::string& line, const std::string& fields = "") {
  return "HTTP/1.1 " + line + "\r\n" + fields + "Content-Length: 0\r\n\r\n";
}

std::string chunked(const std::string& text, std::size_t size) {
  std::string out = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < text.size(); at += size) {
    const auto part = text.substr(at, size);
    out += fmt::format("{:x}\r\n{}\r\n", part.size(), part);
  }
  return out + "0\r\n\r\n";
}

std::string until_close(const std::string& text) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + text;
}

}  // namespace

TEST_CASE("prometheus: a page with the expected values passes, with its measurements") {
  const auto out = probe(answers(reply_of(page)), {{"queue_depth{queue='mail'}", text("< 100")}, {"up", text("1")}});
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
  CHECK(out.reason == reason::ok);
  CHECK(out.message == "http://server.test:80/metrics: 2 of 2 values from 2 samples");
  CHECK(out.measured("queue_depth_mail") == 12);
  CHECK(out.measured("up") == 1);
  CHECK(out.measured("samples") == 2);
  CHECK(out.measured("series") == 2);
  CHECK(out.measured("page_bytes") == static_cast<double>(page.size()));
  for (const auto* phase : {"resolve_seconds", "connect_seconds", "reply_seconds", "body_seconds"})
    CHECK(out.measured(phase));
}

TEST_CASE("prometheus: every measurement but the values is declared") {
  const auto out = probe(answers(reply_of(page)), up());
  const auto& declared = checks::prometheus().measurements;
  for (const auto& each : out.measurements) {
    CAPTURE(each.name);
    CHECK((each.name == "up" || std::ranges::count(declared, each.name, &measurement_info::name) == 1));
  }
}

TEST_CASE("prometheus: the page passes however it is framed") {
  CHECK(probe(answers(chunked(page, 1)), up()).verdict == verdict::pass);
  CHECK(probe(answers(chunked(page, 1000)), up()).verdict == verdict::pass);
  CHECK(probe(answers(until_close(page)), up()).verdict == verdict::pass);
  CHECK(probe(answers(reply_of(page + "# EOF\n", "application/openmetrics-text; version=1.0.0; charset=utf-8")), up())
            .verdict == verdict::pass);
}

TEST_CASE("prometheus: each outcome has its reason and its words") {
  struct row {
    std::string name;
    std::string bytes;
    reason why;
    std::string words;
  };
  const std::string openmetrics = "application/openmetrics-text; version=1.0.0";
  const std::string cut = reply_of(page).substr(0, reply_of(page).size() - 5);
  const std::string gzip = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b";
  const row rows[] = {
      {"no path", status("404 Not Found"), reason::missing, ": 404 Not Found (possible causes: the path"},
      {"path gone", status("410 Gone"), reason::missing, ": 410 Gone"},
      {"credentials", status("401 Unauthorized"), reason::auth, "401 Unauthorized: the server requires credentials"},
      {"a proxy's", status("407 x"), reason::auth, "407 Proxy Authentication Required: a proxy requires"},
      {"forbidden", status("403 Forbidden"), reason::denied, "403 Forbidden (possible causes: the path"},
      {"rate limit", status("429 Too Many Requests"), reason::overload, ": 429 Too Many Requests"},
      {"maintenance", status("503 x", "Retry-After: 5\r\n"), reason::overload,
       "503 Service Unavailable, to be tried again in 5"},
      {"failing exporter", status("500 Oh"), reason::refused, ": 500 Internal Server Error"},
      {"backend gone", status("502 x"), reason::refused, ": 502 Bad Gateway: a proxy received no valid reply"},
      {"backend late", status("504 x"), reason::timeout, ": 504 Gateway Timeout: a proxy received no reply"},
      {"unavailable", status("503 x"), reason::refused, ": 503 Service Unavailable"},
      {"no content", status("204 No Content"), reason::refused, ": 204 No Content"},
      {"a redirect", status("302 Found", "Location: /login?next=x\r\n"), reason::refused,
       ": 302 Found redirects to /login"},
      {"series absent", reply_of("other 1\n"), reason::missing, "no series matches up"},
      {"an empty page", reply_of(""), reason::missing, "no series matches up"},
      {"NaN", reply_of("up NaN\n"), reason::mismatch, "up is NaN: the exporter has no value"},
      {"another value", reply_of("up 2\n"), reason::mismatch, "up is 2, expected 1"},
      {"over the limit", reply_of("up 7\n"), reason::threshold, "up is 7 (limit 5)"},
      {"HTML", reply_of("<!doctype html>\n<title>Login</title>\n", "text/html"), reason::mismatch,
       "the server sent an HTML page instead of metrics"},
      {"JSON", reply_of("{\"status\":\"ok\"}", "application/json"), reason::mismatch, "sent JSON instead of metrics"},
      {"a broken line", reply_of("up 1\nqueue_depth{queue=\"mail} 12\n"), reason::protocol,
       "line 2 of the page is not a sample, a label value has no closing quote"},
      {"truncated", cut, reason::protocol, "the body is truncated"},
      {"truncated in a line", until_close(page.substr(0, page.size() - 1)), reason::protocol,
       "the page ends in the middle of line 3: 'up 1'"},
      {"truncated OpenMetrics", reply_of(page, openmetrics), reason::protocol, "without '# EOF' after line 3"},
      {"a duplicate series", reply_of("up 1\nup 1\n"), reason::protocol, "line 2 of the page repeats the series up"},
      {"compressed", gzip, reason::protocol, "the page is compressed, which the request did not allow"},
      {"protobuf", reply_of("\x01", "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily"),
       reason::mismatch, "protobuf instead of the text format"},
      {"no HTTP", "SSH-2.0-OpenSSH\r\n", reason::protocol, ""},
      {"closed at once", "", reason::refused, "closed the connection without an answer"},
  };
  const options limited{{"up", map_of({{"fail", text("5")}})}};
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto out = probe(answers(r.bytes), r.why == reason::threshold ? limited : up());
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::fail);
    CHECK(to_string(out.reason) == to_string(r.why));
    CHECK(contains(out.message, r.words));
  }
}

TEST_CASE("prometheus: a page over its limit is not read further, and one of that size passes") {
  const options limit{{"max_page", text(fmt::format("{}B", page.size()))}};
  CHECK(probe(answers(reply_of(page)), up(), limit).verdict == verdict::pass);
  for (const auto& bytes : {reply_of(page + "x 1\n"), chunked(page + "x 1\n", 7), until_close(page + "x 1\n")}) {
    const auto out = probe(answers(bytes), up(), limit);
    CHECK(to_string(out.reason) == "threshold");
    CHECK(contains(out.message, fmt::format("the page is larger than {}B (max_page)", page.size())));
  }
}

TEST_CASE("prometheus: an endless page stops at 8 MiB") {
  const auto endless = [](tcp::socket socket) -> asio::awaitable<void> {
    co_await read_request(socket);
    co_await say(socket, "HTTP/1.1 200 OK\r\n\r\n");
    std::string lines;
    for (int i = 0; i < 4000; ++i) lines += "queue_depth{queue=\"mail\"} 12\n";
    const auto buffer = asio::buffer(lines);
    for (;;) {
      auto [error, count] = co_await asio::async_write(socket, buffer, quiet);
      if (error) co_return;
    }
  };
  const auto out = probe(endless, up(), {}, 20s);
  CHECK(to_string(out.reason) == "threshold");
  CHECK(contains(out.message, "the page is larger than 8MiB (max_page)"));
  CHECK(out.measured("page_bytes") == 8 * 1024 * 1024 + 1);
}

TEST_CASE("prometheus: an exporter that is silent, or stops inside the page, is out of time") {
  const auto cut = answers(reply_of(page).substr(0, reply_of(page).size() - 5), false);
  const auto stopped = fmt::format("the body stopped after {} bytes", page.size() - 5);
  for (const auto& [behaviour, words] : {std::pair{script(silent), std::string("no reply within ")}, {cut, stopped}}) {
    const auto out = probe_until(words, [&](auto limit) { return probe(behaviour, up(), {}, limit); });
    CHECK(to_string(out.reason) == "timeout");
    CHECK(contains(out.message, words));
  }
}

TEST_CASE("prometheus: the request asks for both formats without compression, and names the client") {
  std::string request;
  const auto records = [&](tcp::socket socket) -> asio::awaitable<void> {
    request = co_await read_request(socket);
    co_await say(socket, reply_of(page));
  };
  CHECK(probe(records, up()).verdict == verdict::pass);
  CHECK(contains(request, "GET /metrics HTTP/1.1\r\n"));
  CHECK(contains(request, "\r\nAccept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.6"));
  CHECK(contains(request, "\r\nUser-Agent: telltale/"));
  CHECK(contains(request, "\r\nAccept-Encoding: identity\r\n"));
  const options chosen{{"headers", map_of({{"accept", text("text/plain")}})}};
  CHECK(probe(records, up(), chosen).verdict == verdict::pass);
  CHECK(contains(request, "\r\naccept: text/plain\r\n"));
  CHECK_FALSE(contains(request, "openmetrics"));
}

TEST_CASE("prometheus: a token is sent, and not shown when the page repeats it") {
  ::setenv("TELLTALE_TEST_SECRET", "hunter2hunter2", 1);
  std::string request;
  const auto echoes = [&](tcp::socket socket) -> asio::awaitable<void> {
    request = co_await read_request(socket);
    co_await say(socket, reply_of("up{token=\"hunter2hunter2\"} 0\n"));
  };
  const auto out = probe(echoes, up(), {{"bearer", map_of({{"env", text("TELLTALE_TEST_SECRET")}})}});
  CHECK(contains(request, "\r\nAuthorization: Bearer hunter2hunter2\r\n"));
  CHECK(contains(out.message, "up{token=\"***\"} is 0, expected 1"));
}

namespace {

/// An exporter whose counter grows by 100 with each request of a connection.
struct counting {
  explicit counting(asio::io_context& in)
      : io(in), server(in, [this](tcp::socket socket) { return serve(std::move(socket)); }) {
    names.answer.endpoints = {server.endpoint()};
  }
  ~counting() {
    server.stop();
    io.run_for(5s);
    CHECK(io.stopped());
  }
  counting(const counting&) = delete;
  asio::awaitable<void> serve(tcp::socket socket) {
    ++connections;
    for (;;) {
      const auto request = co_await read_request(socket);
      if (request.empty()) co_return;
      ++requests;
      co_await say(socket, reply_of(fmt::format("errors_total {}\n", 100 * requests)));
    }
  }
  std::shared_ptr<async_check> make(const char* window) {
    return make_check({{"rate(errors_total)", text("< 1")}},
                      {{"reconnect", text("1h")}, {"rate_window", text(window)}});
  }
  outcome run(const std::shared_ptr<async_check>& check) {
    outcome out;
    const async_context ctx{io.get_executor(), std::chrono::steady_clock::now() + 5s, &names};
    bool done = false;
    asio::co_spawn(io, check->probe(ctx), [&](std::exception_ptr e, outcome found) {
      if (e) std::rethrow_exception(e);
      out = std::move(found);
      done = true;
    });
    while (!done && io.run_one_for(5s) > 0) continue;
    return out;
  }

  asio::io_context& io;
  int connections = 0;
  int requests = 0;
  peer server;
  fixed_resolver names;
};

}  // namespace

TEST_CASE("prometheus: the first run requests a second page for a rate, over one connection with the next runs") {
  asio::io_context io;
  counting exporter(io);
  const auto check = exporter.make("100ms");
  auto out = exporter.run(check);
  CAPTURE(out.message);
  CHECK(to_string(out.reason) == "mismatch");
  CHECK(exporter.requests == 2);
  REQUIRE(out.measured("errors_total_per_second"));
  CHECK(*out.measured("errors_total_per_second") > 20);
  CHECK(*out.measured("errors_total_per_second") <= 1000);
  CHECK_FALSE(out.measured("connect_seconds"));
  out = exporter.run(check);
  CHECK(to_string(out.reason) == "mismatch");
  CHECK(exporter.requests == 3);
  CHECK(exporter.connections == 1);
}

TEST_CASE("prometheus: a run without time for a second page fails as pending") {
  asio::io_context io;
  counting exporter(io);
  const auto out = exporter.run(exporter.make("10s"));
  CHECK(out.verdict == verdict::fail);
  CHECK(to_string(out.reason) == "pending");
  CHECK(contains(out.message, "rate(errors_total) is not known yet: it needs two pages that are at least 10s apart"));
  CHECK(exporter.requests == 1);
}

TEST_CASE("prometheus: after a reload a rate goes on from the earlier page") {
  asio::io_context io;
  counting exporter(io);
  const auto before = exporter.make("100ms");
  exporter.run(before);
  const auto after = exporter.make("100ms");
  after->continue_from(*before);
  const auto out = exporter.run(after);
  CHECK(to_string(out.reason) == "mismatch");
  CHECK(exporter.requests == 3);
}
