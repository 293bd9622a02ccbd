"""Fails one system call at each place where it can fail: no crash, no false green, and full recovery.

TELLTALE_FAULTS=full fails every call from the 1st to the 200th; the default is every call to the 20th and some beyond.
TELLTALE_FAULT_CALLS="open write" limits the test to some kinds of calls, TELLTALE_FAULT_NUMBERS="50 182" to some calls.
The printed tables are in docs/reliability.md.
"""
import concurrent.futures
import contextlib
import errno
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import struct
import subprocess
import time

import harness
from harness import ask_unix

SHIM = os.environ.get("TELLTALE_FAIL_NTH_CALL", "")
FULL = os.environ.get("TELLTALE_FAULTS") == "full"
ONLY = os.environ.get("TELLTALE_FAULT_CALLS", "").split()
NUMBERS = [int(n) for n in os.environ.get("TELLTALE_FAULT_NUMBERS", "").split()] or (
    list(range(1, 201)) if FULL else [*range(1, 21), 25, 30, 40, 60, 100, 200])
# How long a sidecar may run until the failing call has been made.
REACH = 40.0 if FULL else 4.0
AT_ONCE = 4
GOOD = ("db", "rows", "root", "model", "socket")
BROKEN = ("gone", "torn", "random", "empty", "full", "silent")

CONFIG = """
server: {{drain_delay: 0s}}
defaults: {{interval: 300ms, timeout: 280ms, failing_interval: 200ms}}
checks:
  - {{name: db, type: sqlite, path: "{dir}/app.db", gates: [startup]}}
  - {{name: rows, type: sqlite, path: "{dir}/app.db", mode: query, query: "select count(*) from t", expect: "> 0", gates: [startup]}}
  - {{name: root, type: disk, path: /, warn: 100%, fail: 100%, inodes: {{fail: 100%}}, gates: [startup]}}
  - {{name: model, type: marker, path: "{dir}/model", content: {{/name: llama}}, gates: [startup]}}
  - {{name: socket, type: websocket, url: "ws://127.0.0.1:{port}/", gates: [startup]}}
  - {{name: gone, type: marker, path: "{dir}/gone"}}
  - {{name: torn, type: marker, path: "{dir}/torn", content: {{/name: llama}}}}
  - {{name: random, type: sqlite, path: "{dir}/random.db"}}
  - {{name: empty, type: sqlite, path: "{dir}/app.db", mode: query, query: "select count(*) from t", expect: "0"}}
  - {{name: full, type: disk, path: /, free: {{fail: 1000TiB}}}}
  - {{name: silent, type: websocket, url: "ws://127.0.0.1:{closed}/"}}
  - {{name: moving, type: marker, path: "{run}/moving", severity: info}}
{more}"""


class Run:
    """One sidecar in which one call fails."""

    def __init__(self, fixtures, call, error, nth, more=""):
        self.call, self.nth, self.answered = call, nth, False
        self.dir = fixtures["dir"] / f"{call}-{nth}"
        self.dir.mkdir()
        self.socket = self.dir / "s"
        self.state = self.dir / "state"
        self.state.write_bytes(bytes(24))
        (self.dir / "telltale.yaml").write_text(CONFIG.format(run=self.dir, more=more, **fixtures))
        self.log = self.dir / "log"
        fault = {"LD_PRELOAD": SHIM, "TELLTALE_FAULT_CALL": call, "TELLTALE_FAULT_AT": str(nth),
                 "TELLTALE_FAULT_ERRNO": str(error), "TELLTALE_FAULT_STATE": str(self.state)}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [harness.TELLTALE, "-c", "telltale.yaml", "--listen", f"unix:{self.socket}"], cwd=self.dir, stderr=log,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env={**os.environ, **fault})

    def fault(self):
        """Calls so far, failed calls, and the process of the first failed call."""
        return struct.unpack("3Q", self.state.read_bytes())

    def fail(self, sentence):
        raise AssertionError(f"{self.call} {self.nth}: {sentence}\n{self.log.read_text(errors='replace')[-3000:]}")

    def get(self, path):
        """A response, or nothing: the connection may be the target of the fault."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            answer = ask_unix(self.socket, path)
            self.answered = True
            return answer
        return None

    def look(self):
        """The checks by name, when available; fails on a false green."""
        ready = self.get("/ready")
        if ready and ready.status == 200:
            self.fail(f"/ready is 200 while checks are broken: {ready.text}")
        answer = self.get("/checks")
        if answer is None:
            return None
        checks = {check["name"]: check for check in answer.json["checks"]}
        for name in BROKEN:
            if checks[name]["state"] in ("pass", "warn"):
                self.fail(f"{name} is broken and looks healthy: {checks[name]}")
        for check in checks.values():
            if check["state"] == "fail" and (check["reason"] == "ok" or not check["message"]):
                self.fail(f"a red without a reason: {check}")
        return checks

    def work(self):
        """Makes the sidecar work: requests, a check that changes, and workers that die and are replaced."""
        moving = self.dir / "moving"
        moving.unlink() if moving.exists() else moving.write_text("")
        if self.call == "clone":
            with contextlib.suppress(OSError):
                children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
                for pid in children.split():
                    os.kill(int(pid), signal.SIGKILL)
        time.sleep(0.05)  # paces the work; nothing waits for it

    def reach(self):
        """Waits for the fault; returns whether it has happened and the program still runs."""
        end = time.monotonic() + REACH
        while self.process.poll() is None and not self.fault()[1]:
            if time.monotonic() > end:
                return False
            self.look()
            self.work()
        return self.process.poll() is None

    def judge_end(self):
        """It did not start: that needs a message and an exit code."""
        output = self.log.read_text(errors="replace").strip()
        if self.answered or self.process.returncode <= 0 or not output or not self.fault()[1]:
            self.fail(f"it ended with {self.process.returncode}")
        return "refused to start"

    def recover(self):
        """Every check has run twice since with the expected result, or the program never began to serve."""
        before = harness.wait_until(lambda: self.look() or self.process.poll() is not None,
                                    f"{self.call} {self.nth}: the checks can be asked")
        if before is True:
            return self.judge_end()
        def recovered():
            if self.process.poll() is not None:
                self.fail(f"it ended with {self.process.returncode} while running")
            now = self.look()
            return now and all(now[n]["runs"] >= before[n]["runs"] + 2 for n in GOOD + BROKEN) and all(
                now[n]["state"] == "pass" for n in GOOD) and all(now[n]["state"] == "fail" for n in BROKEN)
        try:
            harness.wait_until(recovered, "recovery")
        except AssertionError:
            self.fail(f"it did not recover: {json.dumps(self.look())}")
        gate = self.get("/startup")
        if gate is None or gate.status != 200:
            self.fail("the gate of the healthy checks is not 200")
        self.stop()
        return "went on (program)" if self.fault()[2] == self.process.pid else "went on (worker)"

    def stop(self):
        """Sends two signals, because the failing call may be the one that forwards the first."""
        for patience in (3, harness.PATIENCE):
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)
                break
        else:
            self.fail("it does not end on SIGTERM")
        if self.process.returncode != 0:
            self.fail(f"it ended with {self.process.returncode}")
        output = self.log.read_text(errors="replace")
        if re.search(r"terminate called|Sanitizer|runtime error|died of SIG(?!KILL)", output):
            self.fail("something crashed")

    def result(self):
        try:
            reached = self.reach()
            if self.process.poll() is not None:
                return self.judge_end()
            if reached:
                return self.recover()
            self.stop()
            return "never called"
        finally:
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait()


class Faults(harness.TestCase):
    def setUp(self):
        super().setUp()
        if harness.SANITIZED:
            self.skipTest("a sanitizer has to be the first library that is loaded")
        if not SHIM:
            self.skipTest("TELLTALE_FAIL_NTH_CALL names no library")

    def fixtures(self):
        database = harness.Database(self, self.dir / "app.db")
        database.write()
        (self.dir / "model").write_text('{"name": "llama"}')
        (self.dir / "torn").write_text('{"name": "lla')
        os.utime(self.dir / "torn", (1, 1))
        (self.dir / "random.db").write_bytes(os.urandom(8192))
        with contextlib.closing(sqlite3.connect(self.dir / "app.db")) as db:
            self.assertEqual(db.execute("select count(*) from t").fetchone(), (1,))
        closed = socket.socket()
        closed.bind(("127.0.0.1", 0))  # bound but not listening: no other process gets the port
        self.addCleanup(closed.close)
        return {"dir": self.dir, "port": harness.WebSocketServer(self).port, "closed": closed.getsockname()[1]}

    def fail_each(self, call, error, more=""):
        if ONLY and call not in ONLY:
            self.skipTest("not asked for")
        fixtures = self.fixtures()
        more = more.format(**fixtures)
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            runs = {n: pool.submit(lambda n=n: Run(fixtures, call, error, n, more).result()) for n in NUMBERS}
        broken = [str(run.exception()) for run in runs.values() if run.exception()]
        counted = {}
        for run in runs.values():
            word = "BROKEN" if run.exception() else run.result()
            counted[word] = counted.get(word, 0) + 1
        print(f"\n{call} ({errno.errorcode[error]}): {len(runs)} runs: " +
              ", ".join(f"{count} {word}" for word, count in sorted(counted.items())), flush=True)
        self.assertEqual(len(broken), 0, f"{len(broken)} of {len(runs)}:\n" + "\n\n".join(broken[:5]))

    def test_opening_a_file(self):
        self.fail_each("open", errno.EMFILE)

    def test_reading_a_file(self):
        self.fail_each("pread", errno.EIO)

    def test_creating_a_socket(self):
        self.fail_each("socket", errno.EMFILE, "".join(
            f'  - {{{{name: more{i}, type: websocket, url: "ws://127.0.0.1:{{closed}}/"}}}}\n' for i in range(20)))

    def test_accepting_a_client(self):
        self.fail_each("accept", errno.EMFILE)

    def test_watching_a_descriptor(self):
        self.fail_each("epoll_ctl", errno.ENOMEM)

    def test_creating_a_process(self):
        self.fail_each("clone", errno.EAGAIN)

    def test_writing(self):
        self.fail_each("write", errno.EIO)

    def test_sending(self):
        self.fail_each("send", errno.ENOBUFS)


if __name__ == "__main__":
    harness.main()
