"""/metrics of 20 checks, as Prometheus asks: connections that stay open, no compression."""
import sys

from harness import load, peers, requests, series, sidecar

NUMBER, NAME = 3, "scrape"
TITLE = "/metrics, 20 checks: CPU per request"
GOALS = {sidecar.EARLIER: 0.95, "Go promhttp": 10, "prometheus-cpp": 18}
ACCEPT = "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"


def run(bench):
    versions = sidecar.start_versions(bench, sidecar.markers(bench, 20, interval="10s"), path="/ready")
    telltale = versions["telltale"]
    load.run(bench, telltale.port, "/health", 10)
    body = load.wait_for(telltale.process, telltale.port, "/metrics")
    (bench.folder / "metrics").write_bytes(body)
    (bench.folder / "series").write_text(series.of(body.decode()))
    bench.say(f"  {len(body)} bytes, {sum(not line.startswith(b'#') for line in body.splitlines())} samples")
    servers = {**versions, **peers.start(bench, {
        "nginx, file": peers.NGINX,
        "Go promhttp": peers.GO,
        "prometheus-cpp": peers.EXPOSER,
    })}
    for name, share in (("Go promhttp", 0.2), ("prometheus-cpp", 0.1)):
        if not isinstance(servers[name], str):
            servers[name].share = share
    return requests.compare(bench, sys.modules[__name__], servers, "/metrics", GOALS, accept=ACCEPT,
                            requests=bench.rounds(1_500, 800), count=bench.rounds(21, 5))
