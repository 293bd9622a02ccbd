"""/health over connections that stay open: CPU time per request."""
import sys

from harness import peers, requests, sidecar

NUMBER, NAME = 1, "keep-alive"
TITLE = "/health, keep-alive: CPU per request"
GOALS = {"nginx": 1, sidecar.EARLIER: 0.95}


def run(bench):
    servers = {**sidecar.start_versions(bench), **peers.start(bench, peers.HEALTH)}
    return requests.compare(bench, sys.modules[__name__], servers, "/health", GOALS,
                            requests=bench.rounds(20_000, 10_000), count=bench.rounds(21, 5))
