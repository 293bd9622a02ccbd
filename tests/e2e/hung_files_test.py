"""Hung file systems: their checks report it, everything else continues, and nothing accumulates."""
import contextlib
import os
import pathlib
import re
import signal
import socket
import time
import unittest

import harness
import lateness
from hanging_fs import HangingMounts, own_mounts

MOST_WORKERS = 2 * 16  # the limit, doubled while checks begin to hang


def setUpModule():
    why_not = own_mounts()
    if why_not:
        print(f"skipped: {why_not}", flush=True)
        raise unittest.SkipTest(why_not)


def processes_of(pid):
    return [int(p) for p in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class HungFiles(harness.TestCase):
    def watch(self, mounts):
        """A sidecar with healthy checks, and one of each type on every mount that can hang."""
        healthy = self.dir / "healthy"
        points = [self.dir / f"mount{i}" for i in range(mounts)]
        with lateness.healthy_files(healthy):
            self.mounts = HangingMounts(self, healthy, points)
        lines = {}
        for i, point in enumerate(points):
            lines.update(lateness.checks("", [i], point))
        self.hanging = list(lines)
        self.healthy = lateness.Healthy(self, healthy)
        lines.update(self.healthy.lines)
        sidecar = self.start(lateness.HEAD + "".join(lines.values()))
        # Ends the connections first in any case, so that the sidecar can end.
        self.addCleanup(self.mounts.close)
        sidecar.wait_status("/ready", 200)
        self.most_processes = self.most_descriptors = 0
        return sidecar

    def expect_on_schedule(self, sidecar, what, *again):
        def look():
            self.most_processes = max(self.most_processes, len(processes_of(sidecar.process.pid)))
            self.most_descriptors = max(self.most_descriptors, len(os.listdir(f"/proc/{sidecar.process.pid}/fd")))
        self.healthy.expect_on_schedule(
            sidecar.get, what, *again, look=look,
            figures=lambda: f"; at most {self.most_processes} workers, {self.most_descriptors} descriptors")

    def expect_stuck(self, sidecar):
        for name in self.hanging:
            found = sidecar.wait_check(name, "fail", "stuck")
            self.assertRegex(found["message"], r"\d+(\.\d+)? (ms|s)\b", found)
        def age():
            number, unit = re.search(r"([\d.]+) (ms|s)\b", sidecar.check(self.hanging[0])["message"]).groups()
            return float(number) / (1000 if unit == "ms" else 1)
        young = age()
        harness.wait_until(lambda: age() >= young + 1, "the age grows")

    def expect_recovery(self, sidecar):
        self.mounts.answer()
        for name in self.hanging:
            sidecar.wait_check(name, "pass")
        sidecar.wait_status("/ready", 200)

    def hang_and_recover(self, mounts):
        sidecar = self.watch(mounts)
        self.expect_on_schedule(sidecar, f"before, {mounts} mounts")
        before = self.most_descriptors

        def hang_again():
            self.expect_recovery(sidecar)
            self.mounts.hang()
        self.expect_on_schedule(sidecar, f"{mounts} mounts just hung", hang_again)
        self.expect_stuck(sidecar)
        self.healthy.expect_no_failure(sidecar.log)
        stuck = len(processes_of(sidecar.process.pid))
        self.expect_on_schedule(sidecar, f"{mounts} mounts stuck")
        self.assertLessEqual(self.most_processes, MOST_WORKERS + len(self.hanging))
        self.assertLessEqual(self.most_descriptors, before + 2 * (MOST_WORKERS + len(self.hanging)))
        self.assertLessEqual(len(processes_of(sidecar.process.pid)), stuck + 2, "processes pile up")
        self.assertEqual(sidecar.check(next(iter(self.healthy.lines)))["state"], "pass")
        self.expect_recovery(sidecar)
        self.assertEqual(sidecar.end(), 0)

    def test_one_hung_mount_under_three_checks(self):
        self.hang_and_recover(1)

    def test_eight_hung_mounts_under_24_checks(self):
        self.hang_and_recover(8)

    def test_sigterm_frees_the_port_at_once_and_ends_it_in_time(self):
        sidecar = self.watch(2)
        self.mounts.hang()
        self.expect_stuck(sidecar)
        self.assertEqual(sidecar.get("/health").status, 200)
        workers = processes_of(sidecar.process.pid)
        began = time.monotonic()
        sidecar.process.send_signal(signal.SIGTERM)

        def is_free():
            with socket.socket() as s:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                with contextlib.suppress(OSError):
                    s.bind(("127.0.0.1", sidecar.port))
                    return True
        harness.wait_until(is_free, "the port is free", 10)
        freed = time.monotonic() - began
        self.assertEqual(sidecar.process.wait(harness.PATIENCE), 0)
        ended = time.monotonic() - began
        print(f"SIGTERM beside hung mounts: port free after {freed * 1000:.0f} ms, exit after {ended * 1000:.0f} ms", flush=True)
        self.assertLess(freed, 1.0)
        self.assertLess(ended, 5.0)
        self.mounts.close()
        for pid in workers:
            harness.wait_until(lambda: not pathlib.Path(f"/proc/{pid}/exe").exists(), "the worker is gone")


if __name__ == "__main__":
    harness.main()
