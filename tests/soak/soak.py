#!/usr/bin/python3
"""Runs the real sidecar under load and faults for minutes or hours, and compares resources at quiet points.

usage: soak.py MINUTES       (0.5 or more; the program is that of the environment variable TELLTALE)
Prints progress on standard error and a table at the end; exit code 1 with the names of resources that grew.
scripts/soak.sh builds the program first.
"""
import collections
import contextlib
import math
import os
import pathlib
import shutil
import signal
import socket
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import faults
import harness
import judgement
import sampling
from load import Load
from program import Program
from report import summary, table
from surroundings import Surroundings

# Total cycles, and those without killed workers. A busy machine takes longer than configured; with fewer cycles the
# soak would be meaningless, or memory would not be judged.
LEAST, LEAST_IN_THREE_MINUTES = (3, 0), (10, 8)
# Without descriptors a sanitizer cannot inspect memory, and it reports the signals of a crash itself.
NOT_SANITIZED = (faults.NoDescriptors, faults.WorkersCrash)


def say(text):
    print(f"soak: {text}", file=sys.stderr, flush=True)


def own_address():
    """An address of this machine other than loopback, or None."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        with contextlib.suppress(OSError):
            s.connect(("192.0.2.1", 9))  # selects the route, sends nothing
            found = s.getsockname()[0]
            return None if found.startswith("127.") else found


class Soak:
    def __init__(self, directory, stack):
        self.around = Surroundings(stack, directory)
        addresses = ["127.0.0.1:0", f"unix:{directory}/telltale.sock"]
        if outside := own_address():
            addresses.append(f"{outside}:0")
        self.temporary = directory / "tmp"
        self.temporary.mkdir()
        self.program = Program(directory, self.around.configuration(), listen=addresses,
                               env={"TMPDIR": str(self.temporary)})
        stack.callback(self.program.process.wait)
        stack.callback(self.program.process.kill)
        self.pid = self.program.process.pid
        self.load = Load(self.program, stack)
        self.began = time.monotonic()
        self.signals = faults.WorkersHit.hits
        self.points, self.done, self.cycles, self.broke_off = [], collections.Counter(), 0, None

    def quiet_point(self):
        """No requests, no faults, every check passes."""
        harness.wait_until(self.program.all_pass, f"every check passes: {self.program.states()}", 2 * harness.PATIENCE)
        harness.wait_until(lambda: self.program.metrics()["telltale_http_connections"] == 1, "nobody is connected")
        self.sample()

    def sample(self):
        self.points.append(sampling.point(self.pid, self.began, self.points[0].least if self.points else None))

    def waves(self, hit_workers):
        for kinds in faults.WAVES:
            kinds = [k for k in kinds if (hit_workers or not issubclass(k, faults.WorkersHit))
                     and not (harness.SANITIZED and issubclass(k, NOT_SANITIZED))]
            spell = self.load.spell() if faults.NoDescriptors in kinds else contextlib.nullcontext()
            with spell:
                faults.wave(kinds, self.program, self.around, self.done)

    def cycle(self, hit_workers):
        self.load.run()
        self.waves(hit_workers)
        self.program.write_config(self.around.configuration())
        self.load.pause()
        self.quiet_point()

    def run(self, duration):
        """Runs until the time is over, or an expected event did not occur."""
        self.calm_since = (1 - judgement.WITHOUT_HITS) * duration
        least, calm = LEAST if duration < 180 else LEAST_IN_THREE_MINUTES
        try:
            self.quiet_point()
            while self.cycles < least or calm > 0 or time.monotonic() - self.began < duration:
                hit_workers = time.monotonic() - self.began < self.calm_since
                self.cycle(hit_workers)
                self.cycles += 1
                calm -= not hit_workers
                self.progress()
            harness.wait_until(lambda: len(sampling.workers(self.pid)) <= judgement.MOST_AT_REST, "workers retire", 120)
            self.quiet_point()
        except (AssertionError, OSError) as error:
            say("the last lines of the log:\n" + "".join(self.program.tail))
            self.broke_off = repr(error)
            self.load.pause()
            if self.program.process.poll() is None:
                self.sample()
        self.duration = time.monotonic() - self.began

    def progress(self):
        p = self.points[-1]
        say(f"{p.seconds:4.0f} s, cycle {self.cycles}: {p.least.descriptors} descriptors, {p.workers} workers, "
            f"{p.least.zombies} zombies, RSS {p.rss_kib} KiB ({p.anonymous_kib} anonymous), tree {p.tree_pss_kib} KiB; "
            f"{sum(self.load.last['answered'].values())} requests, {self.load.last['complained']} complaints, "
            f"{sum(self.done.values())} faults")

    def findings(self):
        found = [judgement.Finding("course", not self.broke_off, self.broke_off or "every fault showed and was got over")]
        if self.points:
            found += judgement.structure(self.points, os.environ.get("TELLTALE_SANITIZE", ""))
        if harness.SANITIZED:
            found.append(judgement.Finding("anonymous memory", None, "skipped: a sanitizer keeps what was freed"))
        else:
            found += judgement.sizes(self.points, self.duration, self.calm_since)
        try:
            return found + self.response_findings()
        except OSError as error:
            return [*found, judgement.Finding("requests", False, f"it does not answer: {error}")]

    def response_findings(self):
        last = self.load.last
        answered = collections.Counter(last["answered"]) + self.program.answered
        metrics = self.program.metrics()
        counted = {" ".join(judgement.labels(name)): n for name, n in metrics.items()
                   if name.startswith("telltale_http_requests_total")}
        complaints = last["complaints"]
        if last["complained"] > len(complaints):
            complaints = [*complaints, f"and {last['complained'] - len(complaints)} more complaints"]
        return [judgement.requests(answered, last["unsure"], counted, complaints), judgement.own_word(metrics)]

    def ending(self):
        code = self.program.stop()
        files = [p.name for p in self.temporary.iterdir()]
        if pathlib.Path(self.program.addresses[1].removeprefix("unix:")).exists():
            files.append("the Unix socket")
        here = str(self.around.directory)
        mounts = [line for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines() if here in line]
        with contextlib.suppress(AssertionError):  # workers end with the program, not before it
            harness.wait_until(lambda: not self.program.left_running(), "nothing runs")
        left = [f"{name} {pid}" for pid, name in self.program.left_running().items()]
        self.program.clear_up()
        return judgement.ending(code, left, files, mounts, self.program.errors)


def minutes(text):
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0.5 <= value < math.inf:
        sys.exit(f"soak: MINUTES is a number of at least 0.5, not {text!r}")
    return value


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("soak: ended by SIGTERM"))  # and cleans up
    duration = 60 * minutes(sys.argv[1])
    directory = pathlib.Path(tempfile.mkdtemp(prefix="telltale-soak-"))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, directory, True)
        soak = Soak(directory, stack)
        soak.run(duration)
        findings = soak.findings() + soak.ending()
        print(summary(soak))
        print(table(findings))
    failed = [f.name for f in findings if f.holds is False]
    if failed:
        sys.exit("soak: failed: " + ", ".join(failed))


if __name__ == "__main__":
    main()
