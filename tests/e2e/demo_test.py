"""The first steps of a new user: scripts/quickstart.sh, each fault of the demo application, and Ctrl-C."""
import http.client
import json
import os
import pathlib
import re
import signal
import shutil
import subprocess
import tempfile
import threading
import unittest

import yaml

import harness

SOURCE = pathlib.Path(os.environ["TELLTALE_SOURCE"])
QUICKSTART = SOURCE / "scripts" / "quickstart.sh"
DEMO_APP = SOURCE / "examples" / "demo-app" / "demo_app.py"
# The writer counts as silent after 5 s and a lock as held after 4 s; an interval and a timeout follow.
SLOW_MACHINE = 60.0


def environment(directory, **more):
    return {**os.environ, "TELLTALE": harness.TELLTALE, "TMPDIR": str(directory), **more}


def processes_of_session(leader):
    """The processes that a command has started and that still run."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:  # ended meanwhile
            continue
        state, _, _, session = text.rsplit(")", 1)[1].split()[:4]
        if int(session) == leader and state != "Z":
            found.append(text)
    return found


class Quickstart:
    """scripts/quickstart.sh in its own terminal: a session in which Ctrl-C reaches every process."""

    def __init__(self, directory, *arguments, **more):
        self.directory = directory
        self.process = subprocess.Popen([QUICKSTART, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        text=True, start_new_session=True, env=environment(directory, **more))
        self.output = ""
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.output += line

    def shows(self, pattern, after=0):
        """Waits for text on the terminal; returns the match."""
        def look():
            found = re.compile(pattern, re.M).search(self.output, after)
            if not found and self.process.poll() is not None:
                raise AssertionError(f"quickstart ended with {self.process.returncode}:\n{self.output}")
            return found
        try:
            return harness.wait_until(look, pattern, SLOW_MACHINE)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.output}") from None

    def wait_ready(self):
        self.data = self.shows(r"^  export DEMO_DATA=(\S+)$").group(1)
        self.host = self.shows(r"^  curl -s http://(\S+)/checks ").group(1)
        self.log = pathlib.Path(self.shows(r"^  log of the sidecar: +(\S+)$").group(1))
        return self

    def get(self, path):
        connection = http.client.HTTPConnection(self.host, timeout=10)
        try:
            connection.request("GET", path)
            return harness.Answer(connection.getresponse())
        finally:
            connection.close()

    def end(self, signal_number=signal.SIGINT):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal_number)
        try:
            self.process.wait(harness.PATIENCE)
        except subprocess.TimeoutExpired:
            for line in processes_of_session(self.process.pid):
                os.kill(int(line.split()[0]), signal.SIGKILL)
            raise AssertionError(f"quickstart did not end:\n{self.output}") from None
        self.reader.join(5)
        self.process.stdout.close()
        return self.process.returncode


class Once(harness.TestCase):
    def finish(self, *arguments, **more):
        demo = Quickstart(self.dir, *arguments, **more)
        self.addCleanup(demo.end)
        code = demo.process.wait(2 * SLOW_MACHINE)
        demo.reader.join(5)
        return code, demo

    def expect_nothing_left(self, demo):
        harness.wait_until(lambda: not processes_of_session(demo.process.pid), "every process has ended")
        self.assertEqual(os.listdir(self.dir), [])

    def test_once_shows_the_startup_until_ready_and_exits_with_0(self):
        code, demo = self.finish("--once")
        self.assertEqual(code, 0, demo.output)
        self.assertRegex(demo.output, r"started: not yet   ready: no(.|\n)*started: yes   ready: yes")
        for name in ("db", "data", "updates", "model"):
            self.assertIn(f"  [+]{name} ok\n", demo.output)
        self.assertRegex(demo.output, r"model (pending|fail (missing|pending))")
        self.assertNotIn("building", demo.output)
        self.expect_nothing_left(demo)

    def test_a_failed_start_shows_the_last_output_and_exits_with_1(self):
        broken = self.dir / "broken"
        broken.write_text("#!/bin/sh\necho cannot start today >&2\nexit 3\n")
        broken.chmod(0o755)
        code, demo = self.finish("--once", TELLTALE=str(broken))
        self.assertEqual(code, 1, demo.output)
        self.assertIn("cannot start today", demo.output)
        broken.unlink()
        self.expect_nothing_left(demo)

    def test_ctrl_c_ends_all_processes(self):
        demo = Quickstart(self.dir)
        self.addCleanup(demo.end)
        demo.wait_ready()
        self.assertGreaterEqual(len(processes_of_session(demo.process.pid)), 3, "shell, application, sidecar")
        self.assertEqual(demo.get("/ready").status, 200)
        self.assertEqual(demo.end(), 130, demo.output)
        self.assertIn("== stopped", demo.output)
        self.expect_nothing_left(demo)

    def test_ctrl_c_during_the_start(self):
        demo = Quickstart(self.dir)
        self.addCleanup(demo.end)
        demo.shows("started: not yet")
        self.assertEqual(demo.end(), 130, demo.output)
        self.expect_nothing_left(demo)


class Faults(unittest.TestCase):
    """One demo for all tests, as in interactive use."""

    @classmethod
    def setUpClass(cls):
        cls.dir = pathlib.Path(tempfile.mkdtemp(prefix="telltale-e2e-"))
        cls.addClassCleanup(shutil.rmtree, cls.dir, True)
        cls.demo = Quickstart(cls.dir)
        cls.addClassCleanup(cls.demo.end)
        cls.demo.wait_ready()

    def demo_app(self, *arguments):
        subprocess.run([DEMO_APP, *arguments], env=environment(self.dir, DEMO_DATA=self.demo.data), check=True, timeout=60)

    def healthcheck(self):
        return subprocess.run([harness.TELLTALE, "healthcheck", "--url", f"http://{self.demo.host}", "--timeout", "20s"],
                              capture_output=True, text=True, timeout=60)

    def wait_ready(self, status):
        return harness.wait_until(lambda: (a := self.demo.get("/ready?verbose")).status == status and a,
                                  f"/ready answers {status}", SLOW_MACHINE).text

    def wait_check(self, name, state, reason):
        def as_wanted():
            found = json.loads(self.demo.get(f"/checks/{name}").body)
            return (found["state"], found["reason"]) == (state, reason) and found
        return harness.wait_until(as_wanted, f"{name} is {state} {reason}", SLOW_MACHINE)

    def broken_and_repaired(self, fault, check, reason, words):
        self.wait_ready(200)
        before = len(self.demo.output)
        logged = self.demo.log.stat().st_size
        self.demo_app("break", fault)
        self.addCleanup(self.demo_app, "repair", fault)
        found = self.wait_check(check, "fail", reason)
        self.assertRegex(found["message"], words)

        ready = self.wait_ready(503)
        self.assertRegex(ready, rf"(?m)^\[-\]{check} fail {reason}: .*{words}")
        told = self.healthcheck()
        self.assertEqual(told.returncode, 1, told)
        self.assertRegex(told.stdout, rf"(?m){check} fail {reason}: .*{words}")
        self.assertEqual(self.demo.get("/health").status, 200)
        self.assertEqual(self.demo.get("/startup").status, 503 if check == "model" else 200, "startup follows model alone")
        log = self.demo.log.read_text()[logged:]
        self.assertRegex(log, rf"(?m)^.*{check}.*{reason}.*{words}")
        self.demo.shows(rf"^  \[-\]{check} fail {reason}: ", before)

        self.demo_app("repair", fault)
        self.wait_check(check, "pass", "ok")
        self.wait_ready(200)
        self.assertEqual(self.healthcheck().returncode, 0)
        self.assertEqual(self.demo.get("/startup").status, 200)
        self.demo.shows(r"started: yes   ready: yes", self.demo.output.index(f"[-]{check} fail", before))

    def test_a_writer_that_died(self):
        self.broken_and_repaired("writer", "db", "threshold", "commit")

    def test_a_locked_database(self):
        self.broken_and_repaired("database", "db", "locked", r"writer lock held for .* by pid \d+")

    def test_a_removed_marker(self):
        self.broken_and_repaired("marker", "model", "missing", "model.loaded does not exist")

    def test_a_full_disk(self):
        self.broken_and_repaired("disk", "data", "threshold", "64")

    def test_a_stopped_websocket(self):
        self.broken_and_repaired("websocket", "updates", "refused", "refused")


class OtherConfigurations(harness.TestCase):
    """Every fault of the application is visible with the configurations of the chart's demo and of compose."""

    FAULTS = (({"writer": ("db", "threshold"), "marker": ("model", "missing"), "disk": ("data", "threshold"),
                "websocket": ("updates", "refused")}), {"database": ("db", "locked")})

    def start_both(self, config):
        """Application and sidecar with their own directory and port."""
        data = pathlib.Path(tempfile.mkdtemp(prefix="data-", dir=self.dir))
        port = harness.free_port()
        application = subprocess.Popen([DEMO_APP, "--data", data, "--port", str(port), "--load-seconds", "0.5"],
                                       stdout=subprocess.DEVNULL, env=environment(self.dir))
        self.addCleanup(application.wait, harness.PATIENCE)
        self.addCleanup(application.terminate)
        text = config.replace("/data", str(data)).replace("ws://app:8765", "ws://127.0.0.1:8765").replace(":8765", f":{port}")
        self.assertIn(f"127.0.0.1:{port}", text)
        # The directory is not a volume here.
        text = text.replace('mount: true', 'mount: false').replace('"mount": true', '"mount": false')
        file = data.with_suffix(".yaml")
        file.write_text(text)
        return data, self.start(file)

    def expect_faults(self, config):
        data, sidecar = self.start_both(config)
        sidecar.wait_status("/ready", 200, SLOW_MACHINE)
        for faults in self.FAULTS:
            subprocess.run([DEMO_APP, "break", *faults, "--data", data], check=True, timeout=60)
            for check, reason in faults.values():
                sidecar.wait_check(check, "fail", reason, SLOW_MACHINE)
            subprocess.run([DEMO_APP, "repair", *faults, "--data", data], check=True, timeout=60)
            sidecar.wait_status("/ready", 200, SLOW_MACHINE)

    def test_of_compose(self):
        self.expect_faults((SOURCE / "examples" / "compose" / "telltale.yaml").read_text())

    def test_of_the_chart(self):
        values = yaml.safe_load((SOURCE / "charts" / "telltale" / "demo.yaml").read_text())
        self.expect_faults(json.dumps(values["config"]))


if __name__ == "__main__":
    harness.main()
