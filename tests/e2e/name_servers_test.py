"""Name servers that hang or fail: their checks report it, and all others are unaffected."""
import os
import pathlib
import re
import subprocess
import sys

import harness
import lateness
from harness import ask_unix

NAMES = 24  # more than the 16 workers that are started for waiting jobs
MOST_WORKERS = 2 * 16
# Timing decides which limit comes first: the run's or the lookup's, running or queued.
LATE = "(no answer in time|no answer within 10 s; the worker was killed|waited 10 s for a free worker)"
PATIENCE = 2 * harness.PATIENCE  # a hung lookup is abandoned after 10 s, and the next one is sent after it

# In its own network namespace; glibc waits for a silent server as long as configured.
NETWORK = ("ip link set lo up && mount --bind resolv.conf /etc/resolv.conf && "
           '{ "$PYTHON" -B "$SERVER" & while [ ! -e resolver ]; do sleep 0.05; done; exec "$@"; }')


class NameServers(harness.TestCase):
    def setUp(self):
        super().setUp()
        if subprocess.run(["unshare", "-nm", "ip", "link", "set", "lo", "up"], capture_output=True).returncode != 0:
            print("skipped: network and mount namespaces are not permitted here", flush=True)
            self.skipTest("network and mount namespaces are not permitted here")
        (self.dir / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:30 attempts:5\n")
        self.treat_questions("servfail")
        healthy = self.dir / "healthy"
        with lateness.healthy_files(healthy):
            pass
        self.healthy = lateness.Healthy(self, healthy)
        self.named = [f"ws{i}" for i in range(NAMES)]
        sockets = "".join(f'  - {{name: {name}, type: websocket, url: "ws://{name}.test:8000/", failing_interval: 500ms}}\n'
                          for name in self.named)
        self.path = self.dir / "telltale.sock"
        self.sidecar = self.start(
            lateness.HEAD + "".join(self.healthy.lines.values()) + sockets, listen=f"unix:{self.path}",
            prefix=["unshare", "-nm", "sh", "-c", NETWORK, "sh"],
            env={"PYTHON": sys.executable, "SERVER": str(pathlib.Path(__file__).with_name("name_server.py"))})
        self.most_workers = 0

    def treat_questions(self, mode):
        new = self.dir / "mode.new"
        new.write_text(mode)
        os.replace(new, self.dir / "mode")

    def get(self, target):
        return ask_unix(self.path, target)

    def expect_failure(self, reason, words):
        def all_red():
            checks = {c["name"]: c for c in self.get("/checks").json["checks"]}
            return all(checks[name]["state"] == "fail" and checks[name]["reason"] == reason for name in self.named) and checks
        checks = harness.wait_until(all_red, f"every name is {reason}", PATIENCE)
        for name in self.named:
            self.assertRegex(checks[name]["message"], f"{name}.test does not resolve: {words}")

    def expect_on_schedule(self, what, *again):
        def look():
            counts = re.findall(r"(?m)^telltale_workers{[^}]*} (\d+)", self.get("/metrics").text)
            self.most_workers = max(self.most_workers, sum(map(int, counts)))
        self.healthy.expect_on_schedule(self.get, f"{NAMES} names, {what}", *again, look=look,
                                        figures=lambda: f"; at most {self.most_workers} workers")

    def expect_nothing_else_happened(self):
        self.healthy.expect_no_failure(self.sidecar.log)
        self.assertLessEqual(self.most_workers, MOST_WORKERS)
        self.assertTrue((self.dir / "asked").exists(), "the name server was asked")
        self.assertEqual(self.sidecar.end(), 0)

    def test_a_failing_server_delays_no_other_check(self):
        self.expect_failure("dns", "")
        self.expect_on_schedule("each fails at once (SERVFAIL)")
        self.treat_questions("refused")
        self.expect_on_schedule("nobody listens (refused)")
        self.expect_failure("dns", "")
        self.expect_nothing_else_happened()

    def test_a_silent_server_delays_no_other_check(self):
        def hang_again():
            self.treat_questions("servfail")
            self.expect_failure("dns", "")
            self.treat_questions("silent")
        self.expect_on_schedule("the name server just fell silent", hang_again)
        self.expect_failure("timeout", LATE)
        self.expect_on_schedule("it stays silent")
        self.expect_nothing_else_happened()


if __name__ == "__main__":
    harness.main()
