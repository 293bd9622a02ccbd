"""The program's memory after its start."""
import os
import pathlib
import signal
import unittest

import harness

CONFIG = "server: {{drain_delay: 0s}}\nchecks:\n  - {{name: root, type: disk, path: /, warn: 100%, fail: 100%, interval: {interval}}}\n"


def code_kib(pid):
    """Resident pages of the program's own code."""
    program, inside, total = os.readlink(f"/proc/{pid}/exe"), False, 0
    for line in pathlib.Path(f"/proc/{pid}/smaps").read_text().splitlines():
        words = line.split()
        if not words[0].endswith(":"):
            inside = words[-1] == program and "x" in words[1]
        elif inside and words[0] == "Rss:":
            total += int(words[1])
    return total


class Memory(harness.TestCase):
    def falls(self, pid):
        """Waits until less code is resident than at some time since the call: nothing else unmaps it."""
        most = 0

        def less():
            nonlocal most
            now = code_kib(pid)
            most = max(most, now)
            return now < 0.8 * most
        harness.wait_until(less, "the code of the start is let go of")

    def test_code_pages_are_released_after_the_start_and_after_a_reload(self):
        sidecar = self.start(CONFIG.format(interval="10s"))
        self.falls(sidecar.process.pid)
        sidecar.wait_status("/ready", 200)
        sidecar.config.write_text(CONFIG.format(interval="20s"))
        sidecar.process.send_signal(signal.SIGHUP)
        self.falls(sidecar.process.pid)
        self.assertEqual(sidecar.get("/metrics").status, 200)


if __name__ == "__main__":
    unittest.main()
