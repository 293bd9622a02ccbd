"""Ten local checks a second without requests: CPU time and wake-ups in ten seconds."""
import time

from harness import monit, peers, rounds, sidecar, table, watched

NUMBER, NAME = 7, "idle"
TITLE = "10 local checks at 1 s, nothing asked, in 10 s"
SECONDS = 10


def run(bench):
    databases = watched.databases(bench, 3)
    checks = ([f"type: marker, path: {path}" for path in watched.markers(bench, 4)] + ["type: disk, path: /"] * 3 +
              [f"type: sqlite, path: {path}" for path in databases])
    subjects = {name: server.process
                for name, server in sidecar.start_versions(bench, sidecar.config(checks, "1s"), path="/ready").items()}
    missing = {}
    for name, server in peers.start(bench, {"blackbox_exporter": peers.BLACKBOX}).items():
        if isinstance(server, str):
            missing[name] = server
        else:
            subjects[name + ", no checks"] = server.process
    if peers.is_there(bench, "monit"):
        subjects["monit"] = monit.start(bench, files=7, disks=3)
    else:
        missing["monit"] = "monit is not installed"
    time.sleep(3)
    found = watch(bench, subjects)
    return (lines_of(found, missing, "CPU", 0, "ms", None, {sidecar.EARLIER: 0.5}) +
            lines_of(found, missing, "wake-ups", 1, "", 80, {}))


def watch(bench, subjects):
    """{name: [(CPU milliseconds, wake-ups) of each round]}; all at once, they do next to nothing."""
    found = {name: [] for name in subjects}
    for _ in range(bench.rounds(5, 2)):
        before = {name: (process.cpu_seconds(), process.wake_ups()) for name, process in subjects.items()}
        time.sleep(SECONDS)
        for name, process in subjects.items():
            cpu, wake_ups = before[name]
            found[name].append(((process.cpu_seconds() - cpu) * 1000, process.wake_ups() - wake_ups))
    for name, values in found.items():
        bench.say(f"  {name}: {' '.join(f'{cpu:.1f} ms/{wake_ups}' for cpu, wake_ups in values)}")
    return found


def lines_of(found, missing, what, which, unit, limit, goals):
    own = [values[which] for values in found["telltale"]]
    title = f"{TITLE}: {what}"
    lines = [table.limited(NUMBER, title, rounds.median(own), unit, limit, decimals=1)]
    for name, values in found.items():
        if name != "telltale":
            theirs = [value[which] for value in values]
            figure = f"{rounds.median(theirs):.1f} {unit}".strip()
            lines.append(table.compared(NUMBER, title, lines[0].figure, name, figure, rounds.ratio(theirs, own),
                                        goals.get(name)))
    return lines + [table.missing(NUMBER, title, name, why) for name, why in missing.items()]
