"""Stopping: ready fails at once, requests are served during the drain, and the end comes in time whatever hangs."""
import os
import pathlib
import re
import signal
import subprocess
import time

import harness

CONFIG = """
server: {{drain_delay: {drain}, shutdown_timeout: {limit}}}
ready_without_checks: true
checks:
  - {{name: root, type: disk, path: /, interval: 1s, timeout: {timeout}, warn: 100%, fail: 100%, inodes: {{fail: 100%}}}}
"""


class Shutdown(harness.TestCase):
    def sidecar(self, drain="1s", limit="5s", timeout="900ms", **options):
        sidecar = self.start(CONFIG.format(drain=drain, limit=limit, timeout=timeout), **options)
        sidecar.wait_status("/ready", 200)
        return sidecar

    def test_sigterm_fails_ready_at_once_and_serves_until_the_drain_is_over(self):
        sidecar = self.sidecar(drain="4s", limit="8s")
        began = time.monotonic()
        sidecar.process.send_signal(signal.SIGTERM)
        ready = sidecar.wait_status("/ready", 503, 3.0)
        self.assertIn("draining", ready.text)
        self.assertEqual(sidecar.get("/health").status, 200)
        self.assertEqual(sidecar.process.wait(harness.PATIENCE), 0)
        self.assertGreaterEqual(time.monotonic() - began, 3.9)

    def test_sigint_does_the_same(self):
        sidecar = self.sidecar(drain="0s")
        sidecar.process.send_signal(signal.SIGINT)
        self.assertEqual(sidecar.process.wait(harness.PATIENCE), 0)

    def test_a_second_signal_ends_the_drain(self):
        sidecar = self.sidecar(drain="100s", limit="200s")
        sidecar.process.send_signal(signal.SIGTERM)
        sidecar.wait_status("/ready", 503)
        sidecar.process.send_signal(signal.SIGTERM)
        self.assertEqual(sidecar.process.wait(harness.PATIENCE), 0)

    def test_signals_during_the_last_steps_do_not_change_the_exit_code(self):
        for _ in range(5):
            sidecar = self.sidecar(drain="0s")
            while sidecar.process.poll() is None:
                sidecar.process.send_signal(signal.SIGTERM)
            self.assertEqual(sidecar.process.returncode, 0)

    def test_a_hanging_check_does_not_delay_the_end(self):
        sidecar = self.sidecar(drain="0s", timeout="900ms")
        workers = sidecar.workers()
        for pid in workers:
            os.kill(pid, signal.SIGSTOP)
        sidecar.process.send_signal(signal.SIGTERM)
        self.assertEqual(sidecar.process.wait(harness.PATIENCE), 0)
        for pid in workers:
            harness.wait_until(lambda: not pathlib.Path(f"/proc/{pid}/exe").exists(), "the worker is gone")

    def test_workers_do_not_outlive_a_sidecar_that_is_killed(self):
        sidecar = self.sidecar()
        workers = sidecar.workers()
        self.assertTrue(workers)
        sidecar.process.kill()
        sidecar.process.wait()
        for pid in workers:
            harness.wait_until(lambda: not pathlib.Path(f"/proc/{pid}").exists(), "the worker is gone")

    def test_sighup_and_sigpipe_do_not_end_it(self):
        sidecar = self.sidecar()
        sidecar.process.send_signal(signal.SIGHUP)
        sidecar.process.send_signal(signal.SIGPIPE)
        harness.wait_until(lambda: any("SIGHUP" in l["msg"] for l in sidecar.log), "a line about SIGHUP")
        self.assertEqual(sidecar.get("/ready").status, 200)

    def test_signals_before_the_handlers_are_installed_are_deferred(self):
        config = CONFIG.format(drain="0s", limit="5s", timeout="900ms")
        process = subprocess.Popen([harness.TELLTALE, "serve", "-c", "-", "--listen", "127.0.0.1:0"],
                                   stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        blocked = lambda: int(re.search(r"SigBlk:\s*(\w+)", pathlib.Path(f"/proc/{process.pid}/status").read_text())[1], 16)
        harness.wait_until(lambda: blocked() >> (signal.SIGHUP - 1) & 1, "the signals are held back")
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(config, harness.PATIENCE)
        self.assertEqual(process.returncode, 0, log)
        self.assertIn("SIGHUP", log)
        self.assertIn("draining", log)

    def test_after_a_stall_no_old_result_is_reported_as_fresh(self):
        # shorter than a real suspend, longer than heartbeat_limit (5 s)
        sidecar = self.sidecar()
        sidecar.process.send_signal(signal.SIGSTOP)
        time.sleep(6)
        sidecar.process.send_signal(signal.SIGCONT)
        sidecar.wait_status("/ready", 200)
        line = harness.wait_until(lambda: next((l for l in sidecar.log if l.get("reason") == "stale"), None),
                                  "a line about the standstill")
        self.assertIn("suspended", line["detail"])
        self.assertEqual(sidecar.check("root")["reason"], "ok")


if __name__ == "__main__":
    harness.main()
