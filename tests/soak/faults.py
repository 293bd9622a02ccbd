"""The faults of a soak. A fault has a name, a beginning, a visible effect, and a repair.

The soak waits for the effect, so every fault is known to have occurred; how long that takes is not judged.
Several faults at once make a wave, which keeps cycles short.
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
    """The base of all faults; does nothing. `begin` and `mend` are called while nobody writes."""

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
    """A process takes the write lock and keeps it."""

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
    """Another file replaces it while the application has the old one open."""

    def begin(self):
        copy = self.around.orders.path.with_suffix(".copy")
        self.around.orders.database.sql(f"vacuum into '{copy}'")
        os.replace(copy, self.around.orders.path)

    def shows(self):  # a warning when the first run that saw the new file found nothing else
        return self.check_is("orders", "warn", "fail")

    def mend(self):
        self.around.orders.restart()


class Corrupted(Fault):
    """The first pages are overwritten with garbage and then restored."""

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
    """A writer that died in a transaction."""

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

    def shows(self):  # an echo may be found in a flood, or its time may be over
        return self.check_is("updates", "fail")


class PeerDown(PeerBehaves):
    def begin(self):
        self.around.peer.stop()

    def mend(self):
        self.around.peer.start()


class BrokenConfig(Fault):
    """By SIGHUP: rejected, the old one is kept."""

    def begin(self):
        self.before = self.program.lines("not reloaded")
        self.program.write_config(BROKEN)
        self.program.process.send_signal(signal.SIGHUP)

    def shows(self):
        return self.program.lines("not reloaded") > self.before


class OtherConfig(Fault):
    """Checks are added, removed and changed by SIGHUP; the first text is restored by watching."""

    def begin(self):
        self.before = self.program.lines("reloaded")
        self.program.write_config(self.around.configuration(other=True))
        self.program.process.send_signal(signal.SIGHUP)

    def shows(self):
        return self.program.lines("reloaded") > self.before

    def mend(self):
        self.program.write_config(self.around.configuration())


class WorkersHit(Fault):
    """All workers get the same signal; stopped ones are killed afterwards."""
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
            self.hit()  # they were about to end
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
    """No further descriptor is available while clients connect and probes need sockets."""
    ALWAYS_OPEN = 8  # the lowest ones: standard streams and those of the loop

    def begin(self):
        self.before = self.failures()
        self.limit = resource.prlimit(self.program.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(self.program.process.pid, resource.RLIMIT_NOFILE, (self.ALWAYS_OPEN, self.limit[1]))

    def failures(self):
        return self.program.lines("check updates: pass -> fail")

    def shows(self):  # in the log only: new connections get no response
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
    """From a healthy state all faults begin, each becomes visible, all are repaired."""
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
