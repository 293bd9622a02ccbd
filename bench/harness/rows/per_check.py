"""CPU time of scheduling, worker communication and recording, without the probe itself."""
from harness import many, rounds, sidecar, table, watched

NUMBER, NAME = 8, "per-check"
TITLE = "CPU per run beyond the probe"
LIMIT_US = 2


def run(bench):
    paths = watched.markers(bench)
    lines = []
    for count in (200, 10_000):
        config = sidecar.many("marker", paths, count)
        subjects = {"telltale": lambda: many.telltale(bench, config, count, bench.rounds(8, 6))[0],
                    "the probe": lambda: many.bare(bench, "marker", count, bench.rounds(8, 6), paths)}
        found = {name: [] for name in subjects}
        for _ in range(bench.rounds(3, 1)):
            for name, measure in subjects.items():
                found[name].append(measure())
        bench.say(f"  {count}: {found}")
        beyond = rounds.median([ours - probe for ours, probe in zip(*found.values())])
        line = table.limited(NUMBER, f"{TITLE}, {count:,} markers", beyond, "us", LIMIT_US)
        line.peer, line.peer_figure = "the probe", f"{rounds.median(found['the probe']):.2f} us"
        line.ratio = f"{rounds.ratio(found['telltale'], found['the probe']):.2f} x in all"
        lines.append(line)
    return lines
