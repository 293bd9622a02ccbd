"""CPU time of servers per request: how it is measured, and its lines of the table."""
from harness import load, rounds, table


def cpu_microseconds(bench, server, path, requests, **how):
    """The server's own, all of its processes."""
    before = server.process.cpu_seconds()
    load.run(bench, server.port, path, requests, **how)
    return (server.process.cpu_seconds() - before) / requests * 1e6


def compare(bench, row, servers, path, goals, requests, count, **how):
    """Lines for telltale against each peer. `servers`: {name: Server or a sentence why there is none}."""
    there = {name: server for name, server in servers.items() if not isinstance(server, str)}
    figures = rounds.interleaved(
        bench, there, lambda s: cpu_microseconds(bench, s, path, max(100, round(requests * s.share)), **how), count)
    own = figures["telltale"]
    lines = []
    for name, server in servers.items():
        if name == "telltale":
            continue
        if isinstance(server, str):
            lines.append(table.missing(row.NUMBER, row.TITLE, name, server))
            continue
        lines.append(table.compared(row.NUMBER, row.TITLE, f"{rounds.median(own):.2f} us", name,
                                    f"{rounds.median(figures[name]):.2f} us", rounds.ratio(figures[name], own),
                                    goals.get(name)))
    return lines
