"""How long one new-connection probe waits for its answer when 200 come each second, at regular times."""
from harness import load, peers, rounds, sidecar, table

NUMBER, NAME = 4, "latency"
TITLE = "p99 of a new-connection probe, 200 a second"
RATE = 200


def milliseconds(bench, server):
    asked = RATE * bench.rounds(10, 5)
    return load.run(bench, server.port, "/health", asked, fresh=True, rate=RATE)["p99_us"] / 1000


def run(bench):
    quiet = {"telltale": sidecar.start(bench), **peers.start(bench, {"nginx": peers.NGINX, "raw epoll": peers.RAW_EPOLL})}
    lines = lines_of(bench, "idle", quiet, 0.5)
    bench.end_all()
    busy = sidecar.start(bench, sidecar.markers(bench, 10_000), path="/ready")
    return lines + lines_of(bench, "beside 10,000 checks a second", {"telltale": busy}, 1)


def lines_of(bench, what, servers, limit):
    there = {name: server for name, server in servers.items() if not isinstance(server, str)}
    found = rounds.interleaved(bench, there, lambda server: milliseconds(bench, server), bench.rounds(5, 3))
    own = found["telltale"]
    lines = [table.limited(NUMBER, f"{TITLE}, {what}", rounds.median(own), "ms", limit, decimals=3)]
    for name, server in servers.items():
        if isinstance(server, str):
            lines.append(table.missing(NUMBER, f"{TITLE}, {what}", name, server))
        elif name != "telltale":
            lines.append(table.compared(NUMBER, f"{TITLE}, {what}", lines[0].figure, name,
                                        f"{rounds.median(found[name]):.3f} ms", rounds.ratio(found[name], own)))
    return lines
