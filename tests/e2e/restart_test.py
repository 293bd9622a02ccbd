"""The demo application restarts beside a running telltale, as beside a native sidecar in Kubernetes."""
import json
import os
import pathlib
import signal
import subprocess
import time

import harness

DEMO_APP = pathlib.Path(os.environ["TELLTALE_SOURCE"]) / "examples" / "demo-app" / "demo_app.py"
LOAD_SECONDS = 6
CONFIG = """
server: {{startup: {mode}}}
defaults: {{interval: 1s, timeout: 900ms, failing_interval: 200ms}}
checks:
  - {{name: model, type: marker, path: data/model.loaded, gates: [startup, live, ready], progress: /progress{more}}}
"""


class Kubelet:
    """A kubelet for one container: it runs the startup probe until that passes, then the liveness probe, and kills the
    container after three consecutive failures."""

    def __init__(self, test, sidecar, load_seconds=LOAD_SECONDS):
        self.sidecar = sidecar
        self.command = [DEMO_APP, "--data", test.dir / "data", "--port", "0", "--load-seconds", str(load_seconds)]
        self.kills = 0
        self.app = None
        test.addCleanup(self.stop)
        self.start()

    def start(self):
        self.app = subprocess.Popen(self.command, stdout=subprocess.DEVNULL)
        self.started = False
        self.failures = 0

    def stop(self):
        self.app.kill()
        self.app.wait()

    def probe(self):
        """One round of probes. Returns whether the container has started."""
        if not self.started:
            self.started = self.sidecar.get("/startup").status == 200
            return self.started
        self.failures = 0 if self.sidecar.get("/health").status == 200 else self.failures + 1
        if self.failures == 3:
            self.kills += 1
            self.restart()
        return self.started

    def restart(self):
        """Kills the application with SIGKILL and restarts it after telltale has run its checks once more."""
        self.stop()
        runs = self.sidecar.check("model")["runs"]
        harness.wait_until(lambda: self.sidecar.check("model")["runs"] > runs + 1, "the check has run again")
        self.start()


class Restart(harness.TestCase):
    def application(self, mode="follow", more=", pid: /pid", **options):
        (self.dir / "data").mkdir()
        sidecar = self.start(CONFIG.format(mode=mode, more=more))
        kubelet = Kubelet(self, sidecar, **options)
        harness.wait_until(kubelet.probe, "the application has started")
        return sidecar, kubelet

    def progress(self):
        try:
            return json.loads((self.dir / "data" / "model.loaded").read_text())["progress"]
        except FileNotFoundError:
            return None

    def live_for(self, kubelet, seconds):
        """Rounds of probes every half second, as by a kubelet with periodSeconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and kubelet.kills < 3:
            kubelet.probe()
            time.sleep(0.5)

    def test_an_application_that_starts_slower_than_liveness_allows_is_not_killed(self):
        sidecar, kubelet = self.application()
        kubelet.restart()
        self.assertFalse(kubelet.started)
        self.live_for(kubelet, LOAD_SECONDS + 4)
        self.assertEqual(kubelet.kills, 0)
        self.assertTrue(kubelet.started)
        self.assertEqual(sidecar.get("/ready").status, 200)

    def test_the_marker_of_a_killed_application_opens_no_gate(self):
        sidecar, kubelet = self.application(load_seconds=3)
        os.kill(kubelet.app.pid, signal.SIGKILL)
        kubelet.app.wait()
        found = sidecar.wait_check("model", "fail", "stale")
        self.assertIn(f"was written by process {kubelet.app.pid}, which has ended", found["message"])
        self.assertEqual(self.progress(), 1, "the marker is still there")
        for path in ("/startup", "/ready", "/health"):
            self.assertEqual(sidecar.get(path).status, 503, path)

        kubelet.start()

        def passed():
            opened = sidecar.get("/startup").status == 200
            self.assertFalse(opened and self.progress() != 1, "started before the model is loaded")
            return opened
        harness.wait_until(passed, "the application has started again")
        sidecar.wait_status("/ready", 200)

    def test_startup_latch_keeps_the_gate_passed(self):
        sidecar, kubelet = self.application("latch", load_seconds=0.5)
        kubelet.stop()
        sidecar.wait_check("model", "fail", "stale")
        self.assertEqual(sidecar.get("/startup").status, 200)
        self.assertEqual(sidecar.get("/ready").status, 503)


if __name__ == "__main__":
    harness.main()
