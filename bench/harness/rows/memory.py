"""Private memory of all processes together."""
import time

from harness import load, monit, peers, sidecar, table

NUMBER, NAME = 5, "memory"
TITLE = "private memory"
MIB = 1 << 20


def run(bench):
    telltale = sidecar.start(bench, sidecar.four_checks(bench), path="/ready")
    time.sleep(bench.rounds(12, 5))
    idle = telltale.process.private_bytes() / MIB
    lines = [table.limited(NUMBER, f"{TITLE}, four checks", idle, "MiB", 6)]
    lines += compared(bench, lines[0], idle)
    lines.append(table.limited(NUMBER, f"{TITLE}, under load", under_load(bench, telltale), "MiB", 6))
    bench.end_all()
    return lines + many(bench, 200, 8) + many(bench, 1_000, None)


def many(bench, count, limit):
    """After a scrape, which renders every check."""
    servers = sidecar.start_versions(bench, sidecar.markers(bench, count), path="/ready")
    time.sleep(bench.rounds(10, 5))
    for server in servers.values():
        load.body(server.port, "/metrics")
    own, *others = [server.process.private_bytes() / MIB for server in servers.values()]
    bench.end_all()
    lines = [table.limited(NUMBER, f"{TITLE}, {count:,} checks, after a scrape", own, "MiB", limit)]
    return lines + [table.compared(NUMBER, lines[0].what, lines[0].figure, sidecar.EARLIER, f"{theirs:.2f} MiB", theirs / own)
                    for theirs in others]


def under_load(bench, server):
    """The most that is seen after each burst."""
    most = 0
    for _ in range(bench.rounds(5, 2)):
        load.run(bench, server.port, "/health", 20_000, connections=64)
        load.run(bench, server.port, "/ready", 5_000, fresh=True)
        load.run(bench, server.port, "/metrics", 500)
        most = max(most, server.process.private_bytes() / MIB)
    return most


def compared(bench, first, own):
    wanted = {**peers.HEALTH, "blackbox_exporter": peers.BLACKBOX}
    lines = []
    if bench.earlier:
        earlier = sidecar.start(bench, sidecar.four_checks(bench), path="/ready", program=bench.earlier)
        time.sleep(bench.rounds(12, 5))
        lines.append(against(first, sidecar.EARLIER, earlier.process, own))
    for name, server in peers.start(bench, wanted).items():
        if isinstance(server, str):
            lines.append(table.missing(NUMBER, first.what, name, server))
        else:
            lines.append(against(first, name, server.process, own))
    if peers.is_there(bench, "monit"):
        process = monit.start(bench, files=2, disks=1)
        time.sleep(3)
        lines.append(against(first, "monit", process, own))
    else:
        lines.append(table.missing(NUMBER, first.what, "monit", "monit is not installed"))
    return lines


def against(first, name, process, own):
    theirs = process.private_bytes() / MIB
    return table.compared(NUMBER, first.what, first.figure, name, f"{theirs:.2f} MiB", theirs / own)
