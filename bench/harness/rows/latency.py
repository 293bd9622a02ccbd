"""Latency of new-connection probes at about 200 per second, at regular times."""
from harness import load, peers, rounds, sidecar, table

NUMBER, NAME = 4, "latency"
RATE = 197  # not a divisor of the ticks per second, so that requests arrive at every phase of a tick
TITLE = f"p99 of a probe, {RATE}/s"


def milliseconds(bench, server, path="/health"):
    """The 99th percentile and the median."""
    asked = RATE * bench.rounds(6, 4)
    found = load.run(bench, server.port, path, asked, fresh=True, rate=RATE)
    return found["p99_us"] / 1000, found["p50_us"] / 1000


def run(bench):
    floor = {"raw epoll": peers.RAW_EPOLL}
    quiet = {**sidecar.start_versions(bench), **peers.start(bench, {"nginx": peers.NGINX, **floor})}
    lines = lines_of(bench, "idle", quiet, 0.5)
    bench.end_all()
    busy = sidecar.start_versions(bench, sidecar.markers(bench, 1_000), path="/ready")
    lines += lines_of(bench, "beside 1,000 checks a second", {**busy, **peers.start(bench, floor)}, 1)
    return lines + lines_of(bench, "/ready of 1,000 checks a second", busy, None, "/ready")


def lines_of(bench, what, servers, limit, path="/health", row=NUMBER):
    there = {name: server for name, server in servers.items() if not isinstance(server, str)}
    both = rounds.interleaved(bench, there, lambda server: milliseconds(bench, server, path), bench.rounds(5, 3))
    p99, p50 = ({name: [value[i] for value in values] for name, values in both.items()} for i in (0, 1))
    own = table.limited(row, f"{TITLE}, {what}", rounds.median(p99["telltale"]), "ms", limit, decimals=3)
    own.ratio = f"median {rounds.median(p50['telltale']):.3f} ms"
    # The bare server shares the processor with whatever else runs there, and waits for nothing else.
    floor = rounds.median(p99.get("raw epoll", [0]))
    if limit and own.verdict == table.MISSED and floor > limit and rounds.median(p99["telltale"]) < 2 * floor:
        own.verdict = table.NOISE
    lines = [own]
    for name, server in servers.items():
        if isinstance(server, str):
            lines.append(table.missing(row, own.what, name, server))
        elif name != "telltale":
            figure = f"{rounds.median(p99[name]):.3f} ms, median {rounds.median(p50[name]):.3f} ms"
            lines.append(table.compared(row, own.what, own.figure, name, figure,
                                        rounds.ratio(p99[name], p99["telltale"])))
    return lines
