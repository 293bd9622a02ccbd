"""What is broken on purpose. A fault is a name, how it begins, how it shows, and how it is mended.

That it shows is waited for, so that a soak is known to have tried what it says; how long that takes is nobody's business.
Several at once make a wave, so that a cycle stays short.
"""
import collections
import contextlib
import os
import resource
import signal
import sqlite3

import harness
import sampling

BROKEN = "watch: true\nchecks:\n  - {name: x, type: dsik, path: /}\n"


class Fault:
    """Does nothing; the faults say what differs. `begin` and `mend` are called with nobody writing."""

    def __init__(self, program, around):
        self.program, self.around = program, around

    def begin(self):
        pass

    def shows(self):
        return True

    def mend(self):
        pass

    def check_is(self, name, *states):
        return self.program.check(name)["state"] in states


class Locked(Fault):
    """Somebody takes the write lock and keeps it."""

    def begin(self):
        self.blocker = sqlite3.connect(self.around.orders.path, timeout=5, isolation_level=None)
        self.blocker.execute("begin immediate")

    def shows(self):
        return self.check_is("orders", "fail")

    def mend(self):
        self.blocker.close()


class Deleted(Fault):
    def begin(self):
        for file in self.around.orders.files:
            file.unlink(missing_ok=True)

    def shows(self):
        return self.check_is("orders", "fail") and self.check_is("orders-rows", "fail")

    def mend(self):
        self.around.orders.restart()


class Replaced(Fault):
    """Another file takes its place while the application has the old one open."""

    def begin(self):
        copy = self.around.orders.path.with_suffix(".copy")
        self.around.orders.database.sql(f"vacuum into '{copy}'")
        os.replace(copy, self.around.orders.path)

    def shows(self):  # a warning when the new one was seen by a run that found nothing else
        return self.check_is("orders", "warn", "fail")

    def mend(self):
        self.around.orders.restart()


class Corrupted(Fault):
    """The first pages are overwritten with nonsense and written back."""

    def begin(self):
        self.around.users.database.sql("pragma wal_checkpoint(truncate)")
        with open(self.around.users.path, "r+b", buffering=0) as file:
            self.before = file.read(200)
            file.seek(0)
            file.write(b"\x55" * 200)

    def shows(self):
        return self.check_is("users", "fail")

    def mend(self):
        with open(self.around.users.path, "r+b", buffering=0) as file:
            file.write(self.before)


class TornMarker(Fault):
    """A writer that died in the middle."""

    def begin(self):
        self.around.steady_marker = False
        self.around.marker.write_text('{"name": "lla')

    def shows(self):
        return self.check_is("model", "fail")

    def mend(self):
        self.around.steady_marker = True


class MissingMarker(Fault):
    def begin(self):
        self.around.steady_marker = False
        self.around.marker.unlink()
        (self.around.directory / "cache").unlink()

    def shows(self):
        return self.check_is("model", "fail") and self.check_is("caches", "fail")

    def mend(self):
        self.around.steady_marker = True
        (self.around.directory / "cache").touch()


class PeerBehaves(Fault):
    word = ""

    def begin(self):
        self.around.peer.behave(self.word)

    def shows(self):
        return self.check_is("by-name", "fail") and self.check_is("updates", "fail")

    def mend(self):
        self.around.peer.behave("answer")


class PeerSilent(PeerBehaves):
    word = "silent"


class PeerFloods(PeerBehaves):
    word = "flood"

    def shows(self):  # an echo may be found in a flood, or its time be over
        return self.check_is("updates", "fail")


class PeerDown(PeerBehaves):
    def begin(self):
        self.around.peer.stop()

    def mend(self):
        self.around.peer.start()


class BrokenConfig(Fault):
    """By SIGHUP: refused, the old one stays in force."""

    def begin(self):
        self.before = self.program.lines("not reloaded")
        self.program.write_config(BROKEN)
        self.program.process.send_signal(signal.SIGHUP)

    def shows(self):
        return self.program.lines("not reloaded") > self.before


class OtherConfig(Fault):
    """Checks come, go and change, by SIGHUP; the first text comes back by itself, because it is watched."""

    def begin(self):
        self.before = self.program.lines("reloaded")
        self.program.write_config(self.around.configuration(other=True))
        self.program.process.send_signal(signal.SIGHUP)

    def shows(self):
        return self.program.lines("reloaded") > self.before

    def mend(self):
        self.program.write_config(self.around.configuration())


class WorkersHit(Fault):
    """All that are there get the same signal; those that a stop has left behind are put out of their misery."""
    signal, counter = signal.SIGKILL, "telltale_workers_crashed_total"
    hits = collections.Counter()

    def begin(self):
        self.before = self.program.metrics()[self.counter]
        self.hit()

    def hit(self):
        self.victims = sampling.workers(self.program.process.pid)
        for pid in self.victims:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, self.signal)
                self.hits[self.signal.name] += 1

    def shows(self):
        if self.program.metrics()[self.counter] > self.before:
            return True
        if not set(self.victims) & set(sampling.workers(self.program.process.pid)):
            self.hit()  # they were on their way out anyhow
        return False

    def mend(self):
        for pid in self.victims:
            if sampling.is_worker(pid) and sampling.status(pid).get("State", "").startswith("T"):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


class WorkersKilled(WorkersHit):
    pass


class WorkersCrash(WorkersHit):
    signal = signal.SIGSEGV


class WorkersStopped(WorkersHit):
    signal, counter = signal.SIGSTOP, "telltale_workers_killed_total"


class NoDescriptors(Fault):
    """Not one more descriptor, whichever are closed, while clients come and probes want sockets."""
    ALWAYS_OPEN = 8  # the lowest ones: standard streams, the loop's own

    def begin(self):
        self.before = self.failures()
        self.limit = resource.prlimit(self.program.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(self.program.process.pid, resource.RLIMIT_NOFILE, (self.ALWAYS_OPEN, self.limit[1]))

    def failures(self):
        return self.program.lines("check updates: pass -> fail")

    def shows(self):  # in the log only: nobody who asks anew is answered
        return self.failures() > self.before

    def mend(self):
        resource.prlimit(self.program.process.pid, resource.RLIMIT_NOFILE, self.limit)


WAVES = [
    [Locked, TornMarker, PeerSilent, BrokenConfig, WorkersStopped],
    [Deleted, MissingMarker, PeerFloods, OtherConfig, WorkersKilled],
    [Replaced, Corrupted, PeerDown, WorkersCrash],
    [NoDescriptors],
]


def wave(kinds, program, around, done):
    """From a state in which all is well all of them begin, each shows, all are mended."""
    harness.wait_until(program.all_pass, "every check passes", 2 * harness.PATIENCE)
    faults = [kind(program, around) for kind in kinds]
    with around.lock:
        for fault in faults:
            fault.begin()
    try:
        for fault in faults:
            harness.wait_until(fault.shows, f"{type(fault).__name__} shows", 2 * harness.PATIENCE)
            done[type(fault).__name__] += 1
    finally:
        with around.lock:
            for fault in reversed(faults):
                fault.mend()
