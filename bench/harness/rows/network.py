"""Network checks, each once per second: CPU time against blackbox_exporter, memory, and the latency of a probe beside.

blackbox_exporter probes when it is asked. bench_load asks it over kept connections, at the same rate and for the same
server. Only the CPU time of blackbox_exporter itself counts. It opens a new connection for each probe.
"""
import dataclasses
import time

from harness import load, many, peers, rounds, sidecar, table, watched
from harness.rows import latency

NUMBER, NAME = 12, "network"
TITLE = "network checks at 1 s"
KIB = 1024
WEB_SOCKETS = 300  # a server in Python on one processor answers no more


@dataclasses.dataclass
class Kind:
    name: str
    check: str  # the options of telltale's check
    module: str  # of blackbox_exporter
    target: str
    count: int
    goal: object = None  # how many times the CPU time of telltale blackbox_exporter has to take


KINDS = (
    Kind("tcp checks", "type: tcp, address: '127.0.0.1:{port}'",
         "tcp_connect", "127.0.0.1:{port}", count=1000, goal=6),
    Kind("http checks", "type: http, url: 'http://127.0.0.1:{port}/health'",
         "http_2xx", "http://127.0.0.1:{port}/health", count=1000, goal=12),
    Kind("https checks, new connections",
         "type: http, url: 'https://127.0.0.2:{port}/health', reconnect: 0s, ca_file: {folder}/watched.pem",
         "https_2xx", "https://127.0.0.2:{port}/health", count=100))


def run(bench):
    lines = []
    for kind in KINDS:
        lines += lines_of(bench, kind, watched.web_server(bench))
        bench.end_all()
    return [*lines, web_socket(bench)]


def web_socket(bench):
    """Without a peer: blackbox_exporter has no probe for it."""
    sockets = sidecar.config([f"type: websocket, url: '{watched.web_socket(bench)}'"] * WEB_SOCKETS, "1s")
    each = rounds.median([many.telltale(bench, sockets, WEB_SOCKETS, bench.rounds(8, 6))[0]
                          for _ in range(bench.rounds(3, 1))])
    return table.Line(NUMBER, f"{WEB_SOCKETS} websocket checks: CPU share", f"{each * WEB_SOCKETS / 1e4:.1f} %",
                      peer_figure=f"{each:.0f} us a run")


def lines_of(bench, kind, port):
    what = f"{kind.count:,} {kind.name}"
    lines = [cpu(bench, kind, port, f"{what}: CPU share")]
    if kind.goal is None:
        return lines
    beside = sidecar.start(bench, config(bench, kind, port, kind.count), path="/ready")
    floor = peers.start(bench, {"raw epoll": peers.RAW_EPOLL})
    lines += latency.lines_of(bench, f"beside {what}", {"telltale": beside, **floor}, 1, row=NUMBER)
    return [*lines, memory(bench, kind, port, beside, f"{what}: private memory per check")]


def config(bench, kind, port, count):
    return sidecar.config([kind.check.format(port=port, folder=bench.folder)] * count, "1s")


def cpu(bench, kind, port, what):
    """Rounds alternate; each has its own telltale, so that no check runs while blackbox_exporter is measured."""
    blackbox = peers.start(bench, {"blackbox_exporter": peers.BLACKBOX})["blackbox_exporter"]
    seconds, own, theirs = bench.rounds(8, 6), [], []
    for _ in range(bench.rounds(5, 3)):
        own.append(telltale_share(bench, kind, port, seconds))
        if not isinstance(blackbox, str):
            theirs.append(blackbox_share(bench, kind, port, blackbox, seconds))
    bench.say(f"  {what}: {' '.join(f'{value:.2f}' for value in own)}, "
              f"blackbox_exporter {' '.join(f'{value:.1f}' for value in theirs)}")
    figure = f"{rounds.median(own):.2f} %"
    if not theirs:
        return dataclasses.replace(table.missing(NUMBER, what, "blackbox_exporter", blackbox), figure=figure)
    return table.compared(NUMBER, what, figure, "blackbox_exporter", f"{rounds.median(theirs):.1f} %",
                          rounds.ratio(theirs, own), kind.goal)


def telltale_share(bench, kind, port, seconds):
    """Percent of a CPU at the nominal rate."""
    each, rate = many.telltale(bench, config(bench, kind, port, kind.count), kind.count, seconds)
    if rate < 0.95 * kind.count:
        bench.say(f"  {kind.name}: only {rate:.0f} runs a second")
    return each * kind.count / 1e4


def blackbox_share(bench, kind, port, blackbox, seconds):
    path = f"/probe?module={kind.module}&target={kind.target.format(port=port)}"
    if b"\nprobe_success 1\n" not in load.wait_for(blackbox.process, blackbox.port, path):
        raise RuntimeError(f"blackbox_exporter: the probe of {kind.name} fails")
    load.run(bench, blackbox.port, path, kind.count, rate=kind.count)
    before = blackbox.process.cpu_seconds()
    load.run(bench, blackbox.port, path, kind.count * seconds, rate=kind.count)
    return (blackbox.process.cpu_seconds() - before) / seconds * 100


def memory(bench, kind, port, busy, what):
    """What each check adds to a telltale with one; not the memory of the kernel for a connection."""
    one = sidecar.start(bench, config(bench, kind, port, 1), path="/ready")
    time.sleep(bench.rounds(12, 5))
    each = (busy.process.private_bytes() - one.process.private_bytes()) / (kind.count - 1) / KIB
    return table.limited(NUMBER, what, each, "KiB", 8)
