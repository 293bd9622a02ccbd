"""/health as the kubelet asks: a connection for each request."""
import sys

from harness import peers, requests, sidecar

NUMBER, NAME = 2, "new-connection"
TITLE = "/health, new connection: CPU per request"
GOALS = {"nginx": 1, sidecar.EARLIER: 0.95, "Go net/http": 1.4, "FastAPI": 9}


def run(bench):
    servers = {**sidecar.start_versions(bench), **peers.start(bench, peers.HEALTH)}
    return requests.compare(bench, sys.modules[__name__], servers, "/health", GOALS, fresh=True, connections=8,
                            requests=bench.rounds(6_000, 3_000), count=bench.rounds(21, 5))
