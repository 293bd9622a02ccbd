"""Decides whether resources stayed flat: pure functions from samples and counts to findings.

Descriptors, processes, threads and zombies are exact, so each quiet point must equal the first. Memory is not exact: the
medians of the first and the last third are compared, after a warm-up in which pages are touched for the first time.

The parent's memory is RssAnon: heap and stacks. Code that runs late is mapped late, and the kernel can take it back. It
does not suit workers: killed ones are replaced, and their number changes. In the last part of a soak no worker is killed, and the private memory of the largest one must
not grow.
"""
import dataclasses
import re
import statistics

WARM_UP = 0.2
WITHOUT_HITS = 0.4       # the last part of a soak, in which no worker is killed
TOLERANCE = 0.02
ANONYMOUS_TOLERANCE = 0.05  # some pages of 2 MiB
LEAST_POINTS = 6         # after the warm-up, so that two thirds have medians
MOST_WORKERS = 16        # the pool's limit; idle ones retire after half a minute, so their number varies
MOST_AT_REST = 3         # the pool keeps one; a busy machine sometimes needs a second or third


@dataclasses.dataclass
class Finding:
    name: str
    holds: bool | None   # None: not judged, and the text gives the reason
    text: str


def thirds(values):
    """Medians of the first and the last third, and the increase between them."""
    n = max(1, len(values) // 3)
    first, last = statistics.median(values[:n]), statistics.median(values[-n:])
    return first, last, last / first - 1


def equal(name, values):
    same = set(values) == {values[0]}
    return Finding(name, same, f"{values[0]} at each of {len(values)} quiet points" if same else
                   f"{values[0]} at first, then {', '.join(map(str, values[1:]))}")


def none_of(name, values):
    return Finding(name, not any(values), f"{max(values)} at most")


def after_warm_up(points, duration):
    return [p for p in points if p.seconds >= WARM_UP * duration]


def memory(name, values, may_shrink=False, tolerance=TOLERANCE):
    if len(values) < LEAST_POINTS:
        return Finding(name, None, f"skipped: {len(values)} quiet points after the warm-up, {LEAST_POINTS} are needed")
    first, last, change = thirds(values)
    holds = change <= tolerance and (may_shrink or change >= -tolerance)
    return Finding(name, holds, f"{first:.0f} -> {last:.0f} KiB, {100 * change:+.2f} %")


def largest_worker(points, since):
    """A worker grows when it first runs each kind of check (876, 1020, 1104 and 1172 KiB in one), and then stays flat. With
    several workers that can take minutes for each of them, but the largest is flat early, and a leak makes it grow. Its
    retirement is not an error."""
    calm = [p for p in points if p.seconds >= since and p.worker_kib]
    return memory("memory of the largest worker", [max(p.worker_kib.values()) for p in calm], may_shrink=True)


def structure(points, sanitizer=""):
    threads = equal("threads of a process", [p.least.threads for p in points])
    if sanitizer == "thread":
        threads = Finding(threads.name, None, "skipped: this sanitizer starts a thread of its own when it needs one")
    least = [p.least for p in points]
    workers = [p.workers for p in points]
    return [
        equal("descriptors", [l.descriptors for l in least]),
        none_of("descriptors for ended workers", [l.surplus for l in least]),
        none_of("processes other than workers", [l.others for l in least]),
        Finding("workers", max(workers) <= MOST_WORKERS and workers[-1] <= MOST_AT_REST,
                f"{min(workers)} to {max(workers)}, {workers[-1]} in the end"),
        threads,
        none_of("zombies", [l.zombies for l in least]),
    ]


def sizes(points, duration, calm_since):
    warm = after_warm_up(points, duration)
    return [memory("anonymous memory", [p.anonymous_kib for p in warm], tolerance=ANONYMOUS_TOLERANCE), largest_worker(points, calm_since)]


def by_path(counts, path):
    return sum(n for key, n in counts.items() if key.rsplit(" ", 1)[0] == path)


def requests(answered, unsure, counted, complaints):
    """Responses received by clients equal those counted by the sidecar; with early disconnects at least those and at
    most all."""
    wrong = list(complaints)
    both = set(answered) | set(counted)
    for key in sorted(both):
        if answered.get(key, 0) > counted.get(key, 0):
            wrong.append(f"{key}: {answered[key]} answers received, {counted.get(key, 0):.0f} counted")
    for path in sorted({key.rsplit(" ", 1)[0] for key in both}):
        more = by_path(counted, path) - by_path(answered, path)
        if more > unsure.get(path, 0):
            wrong.append(f"{path}: {more:.0f} more counted than received, {unsure.get(path, 0)} may have missed theirs")
    total = sum(answered.values())
    return Finding("requests", not wrong, "; ".join(wrong) if wrong else f"{total} answered, each as it should, all counted")


def labels(name):
    """Path and code of telltale_http_requests_total{path="/ready",code="200"}."""
    return re.search(r'path="([^"]*)"', name)[1], re.search(r'code="([^"]*)"', name)[1]


def own_word(metrics):
    """Its own gauges while one client is connected: the one that reads them."""
    wanted = {"telltale_http_connections": 1, "telltale_log_lines_dropped_total": 0, 'telltale_workers{state="stuck"}': 0,
              "telltale_config_last_reload_successful": 1}
    wrong = [f"{name} is {metrics[name]:g}, not {value}" for name, value in wanted.items() if metrics[name] != value]
    return Finding("its own gauges", not wrong, "; ".join(wrong) or "agree")


def ending(code, processes, files, mounts, errors):
    left = [*processes, *files, *mounts]
    return [Finding("exit code", code == 0, str(code)),
            Finding("nothing left", not left, ", ".join(left) or "no process, file or mount"),
            Finding("errors in the log", not errors, errors[0].strip() if errors else "none but those provoked")]
