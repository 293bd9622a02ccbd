"""10,000 checks, each every second: share of one processor, all processes together."""
from harness import many, rounds, sidecar, table, watched

NUMBER, NAME = 9, "ten-thousand"
TITLE = "checks: CPU share"
COUNT = 10_000
WEB_SOCKETS = 300  # a server in Python on one processor answers no more


def run(bench):
    markers, databases = watched.markers(bench), watched.databases(bench)
    lines = [local(bench, "marker", markers, 4), local(bench, "disk", ["/"], 4), local(bench, "sqlite", databases, 10)]
    bench.end_all()
    return [*lines, web_socket(bench)]


def local(bench, kind, paths, limit):
    found, rates, probes = [], [], []
    for _ in range(bench.rounds(3, 1)):
        probes.append(percent(many.bare(bench, kind, COUNT, bench.rounds(8, 6), paths), COUNT))
        try:
            each, rate = many.telltale(bench, sidecar.many(kind, paths, COUNT), COUNT, bench.rounds(8, 6))
        except RuntimeError as error:  # an overloaded program may stop answering
            bench.say(f"  {kind}: {error}")
            return table.Line(NUMBER, f"{COUNT:,} {kind} {TITLE}", "does not keep up", "the probes alone",
                              f"{rounds.median(probes):.1f} %", goal=f"<= {limit} %", verdict=table.MISSED)
        found.append(percent(each, COUNT))
        rates.append(rate)
    bench.say(f"  {kind}: {[round(value, 1) for value in found]}, {[round(rate) for rate in rates]} a second, "
              f"probes {[round(value, 1) for value in probes]}")
    line = table.limited(NUMBER, f"{COUNT:,} {kind} {TITLE}", rounds.median(found), "%", limit, decimals=1)
    if rounds.median(rates) < 0.95 * COUNT:
        line.figure += f", had it run all and not {rounds.median(rates):,.0f} a second"
    line.peer, line.peer_figure = "the probes alone", f"{rounds.median(probes):.1f} %"
    line.ratio = f"{rounds.ratio(probes, found):.2f} x"
    return line


def percent(microseconds, a_second):
    """Of a core, for so many runs a second."""
    return microseconds * a_second / 1e4


def web_socket(bench):
    url = watched.web_socket(bench)
    config = sidecar.config([f"type: websocket, url: '{url}'"] * WEB_SOCKETS, "1s")
    each = rounds.median([many.telltale(bench, config, WEB_SOCKETS, bench.rounds(8, 6))[0]
                          for _ in range(bench.rounds(3, 1))])
    return table.Line(NUMBER, f"{WEB_SOCKETS} websocket {TITLE}", f"{percent(each, WEB_SOCKETS):.1f} %",
                      peer_figure=f"{each:.0f} us a run")

