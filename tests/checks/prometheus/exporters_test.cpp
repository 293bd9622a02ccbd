// Exporters that are not ours: Prometheus' node exporter, Prometheus itself, and its client for Python.
#include <filesystem>
#include <fstream>

#include "checks/prometheus/peer.hpp"
#include "fakes/server_program.hpp"
#include "fakes/temp_folder.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

/// The port in `msg="Listening on" address=127.0.0.1:41435`, or behind another text; 0 when there is none.
std::uint16_t port_in(const std::string& said, const std::string& before) {
  const auto at = said.rfind(before);
  return at == std::string::npos ? 0 : static_cast<std::uint16_t>(std::atoi(said.c_str() + at + before.size()));
}

/// Two runs of a check. The first has time for the two pages of a rate.
std::vector<outcome> run_twice(std::uint16_t port, options values, options chosen = {}) {
  chosen.emplace_back("rate_window", text("100ms"));
  asio::io_context io;
  fixed_resolver names;
  names.answer.endpoints = {{asio::ip::address_v4::loopback(), port}};
  const auto check =
      make_check(std::move(values), std::move(chosen), "http://127.0.0.1:" + std::to_string(port) + "/metrics");
  std::vector<outcome> out;
  for (int i = 0; i < 2; ++i) {
    out.push_back(probe_once(io, check, names, 20s, {}));
    CAPTURE(out.back().message);
    CHECK(out.back().verdict == verdict::pass);
  }
  return out;
}

constexpr const char* listening = "Listening on\" address=127.0.0.1:";

}  // namespace

TEST_CASE("prometheus exporters: the node exporter") {
  const auto program = find_single_file("prometheus-node-exporter", "usr/bin/prometheus-node-exporter");
  if (absent(program, "prometheus-node-exporter")) return;
  const server_program server(program, {"--web.listen-address=127.0.0.1:0"}, listening);
  CAPTURE(server.said());
  REQUIRE(server.running());
  const auto runs = run_twice(port_in(server.said(), listening),
                              {{"node_exporter_build_info", text("1")},
                               {"node_memory_MemAvailable_bytes", map_of({{"below", text("1")}})},
                               {"count(node_cpu_seconds_total{mode=~'idle|user'})", text(">= 2")},
                               {"node_scrape_collector_success{collector='cpu'}", text("1")},
                               {"sum(rate(node_cpu_seconds_total))", map_of({{"as", text("busy")}})}});
  CHECK(to_string(runs[0].reason) == "ok");
  CHECK(to_string(runs[1].reason) == "ok");
  CHECK(runs[1].measured("samples") > 100);
  CHECK(runs[1].measured("node_memory_memavailable_bytes") > 1e6);
  CHECK(runs[1].measured("busy") >= 0);
}

TEST_CASE("prometheus exporters: Prometheus itself") {
  const auto program = find_single_file("prometheus", "usr/bin/prometheus");
  if (absent(program, "prometheus")) return;
  const temp_folder folder;
  std::ofstream(folder / "prometheus.yml") << "global: {}\n";
  const server_program server(program,
                              {"--config.file=" + (folder / "prometheus.yml"),
                               "--storage.tsdb.path=" + (folder / "data"), "--web.listen-address=127.0.0.1:0"},
                              listening);
  CAPTURE(server.said());
  REQUIRE(server.running());
  const auto runs = run_twice(port_in(server.said(), listening),
                              {{"prometheus_build_info", text("1")},
                               {"count({__name__=~'prometheus_http_.*'})", map_of({{"as", text("http")}})},
                               {"prometheus_config_last_reload_successful", text(">= 0")},
                               {"rate(go_memstats_alloc_bytes_total)", text(">= 0")},
                               {"go_gc_duration_seconds{quantile='1'}", map_of({{"absent", text("ignore")}})}});
  CHECK(to_string(runs[1].reason) == "ok");
  CHECK(runs[1].measured("samples") > 100);
}

TEST_CASE("prometheus exporters: the Python client, which sends OpenMetrics") {
  if (modules_absent("prometheus_client", "python3-prometheus-client")) return;
  constexpr const char* source = R"(
import http.server, prometheus_client as p
g = p.Gauge("queue_depth", 'Depth of a "queue"', ["queue"])
g.labels('mail "urgent"\n').set(12)
p.Counter("jobs", "Jobs").inc(3, exemplar={"trace_id": "abc"})
p.Histogram("latency_seconds", "Latency").observe(0.3, {"trace_id": "abc"})
p.Enum("state", "State", states=["up", "down"]).state("up")
class Handler(p.MetricsHandler):
    log_message = lambda *_: None
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print("port", server.server_port, flush=True)
server.serve_forever()
)";
  const server_program server(python(), {"-c", source}, "port ");
  REQUIRE(server.running());
  const options values{{R"(queue_depth{queue="mail \"urgent\"\n"})", text("12")},
                       {"jobs_total", text("3")},
                       {"latency_seconds_bucket{le='+Inf'}", text("1")},
                       {"state{state='down'}", text("0")},
                       {"rate(latency_seconds_count)", text("0")}};
  const auto port = port_in(server.said(), "port ");
  CHECK(to_string(run_twice(port, values)[1].reason) == "ok");
  const options old_format{{"headers", map_of({{"Accept", text("text/plain")}})}};
  CHECK(to_string(run_twice(port, values, old_format)[1].reason) == "ok");
}
