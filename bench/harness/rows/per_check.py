"""CPU time per run of local checks, the probe included: scheduling, communication with workers, and recording."""
from harness import many, rounds, sidecar, table, watched

NUMBER, NAME = 8, "per-check"
TITLE = "local checks at 1 s: CPU per run"
GOAL = 1 / 1.5  # of the earlier version
COUNTS = (200, 1_000)
PROBES = "the probes alone"


def run(bench):
    paths = watched.markers(bench)
    return [line for count in COUNTS for line in lines_of(bench, paths, count)]


def lines_of(bench, paths, count):
    seconds, config = bench.rounds(8, 6), sidecar.many("marker", paths, count)
    subjects = {name: lambda program=program: many.telltale(bench, config, count, seconds, program)[0]
                for name, program in sidecar.versions(bench).items()}
    subjects[PROBES] = lambda: many.bare(bench, "marker", count, seconds, paths)
    found = rounds.interleaved(bench, subjects, lambda measure: measure(), bench.rounds(5, 3))
    own = found.pop("telltale")
    return [table.compared(NUMBER, f"{count:,} {TITLE}", f"{rounds.median(own):.2f} us", name,
                           f"{rounds.median(theirs):.2f} us", rounds.ratio(theirs, own),
                           GOAL if name == sidecar.EARLIER else None)
            for name, theirs in found.items()]
