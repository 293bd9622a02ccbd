"""Samples the kernel's data about the sidecar and its workers at a quiet point.

Even then probes open sockets, and a child reads the configuration every five seconds. A sample is therefore the minimum
of many: leaked resources are present in all of them, temporary ones are not.
"""
import contextlib
import dataclasses
import os
import pathlib
import time

PER_WORKER = 4          # descriptors of the parent per worker: both ends of the jobs, notifications, pidfd
SEQPACKET = "0005"      # the type of workers' sockets, and of no others here, in /proc/net/unix
LEAST_LOOKS = 40
LOOK_PAUSE = 0.025
PATIENCE = 20.0         # how long a sample waits for temporary resources; leaked ones never go


@dataclasses.dataclass
class Look:
    """Values of one moment. `descriptors`: of the parent, without those for workers. `surplus`: those for workers, beyond
    four per running one. `others`: running children other than workers. `threads`: the maximum of any process."""
    descriptors: int
    surplus: int
    others: int
    zombies: int
    threads: int


@dataclasses.dataclass
class Point:
    seconds: float             # since the start
    least: Look
    workers: int
    rss_kib: int               # VmRSS of the parent
    anonymous_kib: int         # RssAnon of the parent: heap and stacks, no mapped files
    tree_pss_kib: int          # of the parent and its workers, shared pages divided
    worker_kib: dict           # RssAnon of each worker, by process id


def children(pid):
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return [int(p) for p in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def status(pid):
    """The fields of /proc/PID/status; empty when it has ended."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
        return dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    return {}


def kib(fields, name):
    return int(fields.get(name, "0 kB").split()[0])


def is_worker(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[1:2] == [b"worker"]
    return False


def workers(pid):
    return [p for p in children(pid) if is_worker(p)]


def descriptors(pid):
    """Counts descriptors for workers, and others. An ending worker has lost its sockets before it has ended, so the number
    of workers does not tell."""
    of_workers = {line.split()[6] for line in pathlib.Path(f"/proc/{pid}/net/unix").read_text().splitlines()[1:]
                  if line.split()[4] == SEQPACKET}
    for_workers = others = 0
    for fd in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(OSError):  # closed meanwhile
            target = os.readlink(f"/proc/{pid}/fd/{fd}")
            inode = target.removeprefix("socket:[").removesuffix("]")
            ours = target == "anon_inode:[pidfd]" or target.startswith("socket:") and inode in of_workers
            for_workers, others = for_workers + ours, others + (not ours)
    return for_workers, others


def look(pid):
    """One sample, or None when processes started or ended during sampling."""
    before = children(pid)
    fields = {p: status(p) for p in [pid, *before]}
    dead = [p for p in before if fields[p].get("State", "Z").startswith("Z")]
    working = [p for p in before if p not in dead and is_worker(p)]
    for_workers, own = descriptors(pid)
    threads = max(int(fields[p].get("Threads", 1)) for p in [pid, *before] if p not in dead)
    if children(pid) != before:
        return None
    return Look(own, max(0, for_workers - PER_WORKER * len(working)), len(before) - len(dead) - len(working), len(dead), threads)


def least_of(looks):
    return Look(*(min(getattr(l, f.name) for l in looks) for f in dataclasses.fields(Look)))


def pss(pid):
    with contextlib.suppress(OSError):
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def point(pid, began, wanted=None):
    """Samples until one is as quiet as `wanted`, or patience has run out; without it, for a while."""
    looks, end = [], time.monotonic() + PATIENCE
    while time.monotonic() < end and (len(looks) < LEAST_LOOKS or wanted and least_of(looks) != wanted):
        if (seen := look(pid)) is not None:
            looks.append(seen)
        time.sleep(LOOK_PAUSE)
    own, working = status(pid), workers(pid)
    return Point(time.monotonic() - began, least_of(looks), len(working), kib(own, "VmRSS"), kib(own, "RssAnon"),
                 pss(pid) + sum(map(pss, working)), {p: kib(status(p), "RssAnon") for p in working})
