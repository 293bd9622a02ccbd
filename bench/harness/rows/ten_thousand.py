"""10,000 checks, each every second: share of one processor, all processes together."""
from harness import load, many, peers, rounds, sidecar, table, watched

NUMBER, NAME = 9, "ten-thousand"
TITLE = "checks at 1 s, share of a core"
COUNT = 10_000
WEB_SOCKETS = 300  # a server in Python on one processor answers no more


def run(bench):
    markers, databases = watched.markers(bench), watched.databases(bench)
    lines = [local(bench, "marker", markers, 4), local(bench, "disk", ["/"], 4), local(bench, "sqlite", databases, 10)]
    bench.end_all()
    lines.append(web_socket(bench))
    bench.end_all()
    return lines + network(bench)


def local(bench, kind, paths, limit):
    config = sidecar.many(kind, paths, COUNT)
    found, probes = [], []
    for _ in range(bench.rounds(3, 1)):
        found.append(many.telltale(bench, config, COUNT, bench.rounds(10, 6))[0] * 100)
        probes.append(many.bare(bench, kind, COUNT, bench.rounds(10, 6), paths) * COUNT / 1e4)
    bench.say(f"  {kind}: {found} {probes}")
    line = table.limited(NUMBER, f"{COUNT:,} {kind} {TITLE}", rounds.median(found), "%", limit, decimals=1)
    line.peer, line.peer_figure = "the probes alone", f"{rounds.median(probes):.1f} %"
    line.ratio = f"{rounds.ratio(probes, found):.2f} x"
    return line


def web_socket(bench):
    url = watched.web_socket(bench)
    config = sidecar.config([f"type: websocket, url: '{url}'"] * WEB_SOCKETS, "1s")
    found = [many.telltale(bench, config, WEB_SOCKETS, bench.rounds(10, 6)) for _ in range(bench.rounds(3, 1))]
    share, each = (rounds.median(values) for values in zip(*found))
    return table.Line(NUMBER, f"{WEB_SOCKETS} websocket {TITLE}", f"{share * 100:.1f} %",
                      peer="", peer_figure=f"{each:.0f} us a run")


def network(bench):
    """There are no such checks yet; what blackbox_exporter takes for one is here to be compared with."""
    lines = []
    found = peers.start(bench, {"raw epoll": peers.RAW_EPOLL, "blackbox_exporter": peers.BLACKBOX})
    target, blackbox = found["raw epoll"], found["blackbox_exporter"]
    for what, module, limit in (("TCP connect", "tcp_connect", 35), ("HTTP keep-alive", "http_2xx", 25)):
        line = table.Line(NUMBER, f"{COUNT:,} {what} {TITLE}", "no such check yet", "blackbox_exporter",
                          goal=f"<= {limit} %", verdict=table.MISSING)
        if isinstance(blackbox, str):
            line.peer_figure = blackbox
        else:
            address = f"127.0.0.1:{target.port}" if module == "tcp_connect" else f"http://127.0.0.1:{target.port}/health"
            line.peer_figure = f"{cpu_share(bench, blackbox, f'/probe?module={module}&target={address}'):.0f} %"
        lines.append(line)
    return lines


def cpu_share(bench, blackbox, path):
    """Percent of a core that it would take for 10,000 a second, had it that many."""
    probes = bench.rounds(3_000, 500)
    load.run(bench, blackbox.port, path, probes // 5, connections=4)
    before = blackbox.process.cpu_seconds()
    load.run(bench, blackbox.port, path, probes, connections=4)
    return (blackbox.process.cpu_seconds() - before) / probes * COUNT * 100
