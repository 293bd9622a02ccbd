"""How many checks, each every second, one program runs, and what fails first with more. Not a goal: no pod has them."""
from harness import load, many, sidecar, table, watched
from harness.rows import latency

NUMBER, NAME = 9, "reach"
TITLE = "marker checks at 1 s that all run, with probes below 5 ms (p99)"
COUNTS = (1_000, 2_000, 5_000, 10_000, 20_000)
P99_MS = 5


def run(bench):
    paths = watched.markers(bench)
    reached, failure = "none", "nothing up to here"
    for count in COUNTS:
        failure = failure_with(bench, paths, count)
        bench.end_all()
        bench.say(f"  {count:,}: {failure or 'all run'}")
        if failure:
            failure = f"{count:,}: {failure}"
            break
        reached = f"{count:,}"
    return [table.Line(NUMBER, TITLE, reached, "the next step", failure or "not tried")]


def failure_with(bench, paths, count):
    """What fails with so many checks; empty when nothing does."""
    config = sidecar.many("marker", paths, count)
    try:
        each, rate = many.telltale(bench, config, count, bench.rounds(8, 6))
        if rate < 0.95 * count:
            return f"{rate:,.0f} runs a second, {each * rate / 1e4:.0f} % of a CPU"
        server = sidecar.start(bench, config, path="/ready")
        found = load.run(bench, server.port, "/health", latency.RATE * 4, fresh=True, rate=latency.RATE)
    except RuntimeError as error:  # an overloaded program may stop answering
        return str(error)
    p99 = found["p99_us"] / 1000
    return f"p99 of a probe {p99:.1f} ms" if p99 > P99_MS else ""
