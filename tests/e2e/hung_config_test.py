"""The configuration, or one of its secrets, on a hung file system: the old one stays, and a later reload succeeds."""
import contextlib
import pathlib
import re
import signal
import time
import unittest

import harness
import lateness
from hanging_fs import HangingMounts, own_mounts

READ_LIMIT = 5.0  # how long a reload waits for the file


def setUpModule():
    why_not = own_mounts()
    if why_not:
        print(f"skipped: {why_not}", flush=True)
        raise unittest.SkipTest(why_not)


class HungConfig(harness.TestCase):
    def begin(self, top="", config="mount/telltale.yaml", settings=""):
        self.files = self.dir / "files"
        self.files.mkdir()
        with lateness.healthy_files(self.dir / "healthy"):
            pass
        self.healthy = lateness.Healthy(self, self.dir / "healthy")
        head = lateness.HEAD.replace("drain_delay", settings + "drain_delay")
        self.text = top + head + "".join(self.healthy.lines.values())
        (self.files / "telltale.yaml").write_text(self.text)
        (self.files / "secret").write_text("a-planted-secret")
        self.mounts = HangingMounts(self, self.files, [self.dir / "mount"])
        self.sidecar = self.start(self.dir / config)
        self.addCleanup(self.mounts.close)
        self.sidecar.wait_status("/ready", 200)

    def readers(self):
        """Processes that read the configuration for the sidecar."""
        found = []
        for pid in self.sidecar.workers():
            with contextlib.suppress(OSError):  # it may have ended
                if pathlib.Path(f"/proc/{pid}/comm").read_text() == "telltale-config\n":
                    found.append(pid)
        return found

    def refusals(self):
        return [line for line in list(self.sidecar.log) if line["msg"].startswith("not reloaded")]

    def reloads(self):
        return [line for line in list(self.sidecar.log) if line["msg"] == "reloaded"]

    def metric(self, name):
        return float(re.search(rf"(?m)^{name} (\S+)$", self.sidecar.get("/metrics").text)[1])

    def reload(self):
        self.sidecar.process.send_signal(signal.SIGHUP)

    def reload_while_it_hangs(self):
        self.mounts.answer()
        harness.wait_until(lambda: not self.readers(), "the reader of the round before is gone")
        self.mounts.hang()
        self.reload()

    def change(self):
        """The same configuration with one more check, on the mount and not read yet."""
        more = f"  - {{name: extra, type: marker, path: {self.dir}/healthy/marker}}\n"
        (self.files / "telltale.yaml").write_text(self.text + more)
        self.mounts.copy()

    def expect_old_one_in_force(self):
        self.assertEqual(self.metric("telltale_config_last_reload_successful"), 0)
        self.assertEqual(self.reloads(), [])
        self.assertEqual(self.sidecar.get("/ready").status, 200)
        self.assertEqual(self.sidecar.get("/checks/extra").status, 404)
        self.healthy.expect_no_failure(self.sidecar.log)
        self.assertLessEqual(len(self.readers()), 1, "readers pile up")

    def expect_new_one_in_force(self):
        self.sidecar.wait_check("extra", "pass")
        self.assertEqual(self.metric("telltale_config_last_reload_successful"), 1)
        self.assertEqual(self.sidecar.end(), 0)

    def test_sighup(self):
        self.begin()
        self.healthy.expect_on_schedule(self.sidecar.get, "reload of a configuration that hangs", self.reload_while_it_hangs)
        harness.wait_until(self.refusals, "the reload is given up")
        self.assertIn("cannot be read within 5s", self.refusals()[0]["error"])
        before = len(self.refusals())
        self.reload()
        harness.wait_until(lambda: len(self.refusals()) > before, "the next one is refused as well")
        self.assertIn("an earlier read still hangs in the kernel", self.refusals()[-1]["error"])
        self.expect_old_one_in_force()
        self.change()
        self.mounts.answer()
        harness.wait_until(lambda: not self.readers(), "the reader is gone")
        self.reload()
        harness.wait_until(self.reloads, "the new one is taken")
        self.expect_new_one_in_force()

    def test_only_a_secret_hangs(self):
        self.begin(config="files/telltale.yaml", settings=f"token: {{file: {self.dir}/mount/secret}}, ")
        self.change()
        self.healthy.expect_on_schedule(self.sidecar.get, "reload of a secret that hangs", self.reload_while_it_hangs)
        harness.wait_until(self.refusals, "the reload is given up")
        self.assertIn("a certificate or secret it refers to cannot be read within 5s", self.refusals()[0]["error"])
        self.expect_old_one_in_force()
        self.mounts.answer()
        harness.wait_until(lambda: not self.readers(), "the reader is gone")
        self.reload()
        harness.wait_until(self.reloads, "the new one is taken")
        self.expect_new_one_in_force()

    def test_watch(self):
        self.begin("watch: true\n")
        self.mounts.hang()
        self.change()
        self.healthy.expect_on_schedule(self.sidecar.get, "watched configuration that hangs")
        harness.wait_until(self.refusals, "it is told")
        time.sleep(2 * READ_LIMIT)
        self.assertEqual(len(self.refusals()), 1, "and told once")
        self.expect_old_one_in_force()
        self.mounts.answer()
        harness.wait_until(self.reloads, "the new one is taken without a signal")
        self.expect_new_one_in_force()

    def test_sigterm_ends_it_in_time(self):
        self.begin()
        self.mounts.hang()
        self.reload()
        harness.wait_until(self.readers, "a child reads it")
        self.assertEqual(self.sidecar.get("/health").status, 200)
        began = time.monotonic()
        self.sidecar.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.sidecar.process.wait(harness.PATIENCE), 0)
        took = time.monotonic() - began
        print(f"SIGTERM while the configuration hangs: exit after {took * 1000:.0f} ms", flush=True)
        self.assertLess(took, 5.0)


if __name__ == "__main__":
    harness.main()
