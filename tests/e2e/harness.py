"""Starts the real program and its targets; everything ends with the test."""
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest

TELLTALE = os.environ["TELLTALE"]
SANITIZED = bool(os.environ.get("TELLTALE_SANITIZE"))
# How long a condition may take to become true; only a hang or a defect takes this long.
PATIENCE = 30.0


def wait_until(condition, what, patience=PATIENCE):
    """Polls until the condition is truthy and returns its value."""
    end = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {patience} s: {what}")
        time.sleep(0.02)


class TestCase(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="telltale-e2e-"))
        self.addCleanup(shutil.rmtree, self.dir, True)

    def start(self, config, *arguments, **options):
        sidecar = Sidecar(self.dir, config, *arguments, **options)
        self.addCleanup(sidecar.end)
        return sidecar

    def run_telltale(self, *arguments, stdin=None, env=None, timeout=60):
        """Runs a command to its end; returns CompletedProcess with text output."""
        return subprocess.run([TELLTALE, *arguments], input=stdin, capture_output=True, text=True, timeout=timeout,
                              env={**os.environ, **(env or {})}, cwd=self.dir)


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {k.lower(): v for k, v in response.getheaders()}
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=20)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


def ask(connection, target, **headers):
    """One GET on an http.client connection, which is closed afterwards."""
    with contextlib.closing(connection):
        connection.request("GET", target, headers=headers)
        return Answer(connection.getresponse())


def ask_unix(path, target, **headers):
    return ask(UnixConnection(path), target, **headers)


class Sidecar:
    """A running sidecar on a free port, with its log lines."""

    def __init__(self, directory, config, *arguments, env=None, listen="127.0.0.1:0", prefix=(), **options):
        """`config` is the text, or the path of a file. `listen` may be several addresses, or None to wait for one of
        the configuration's addresses. `prefix` is a command that starts the program, `options` are Popen's."""
        self.config = config
        if isinstance(config, str):
            self.config = directory / "telltale.yaml"
            self.config.write_text(config)
        self.log = []
        addresses = [listen] if isinstance(listen, str) else list(listen or ())
        self.wanted = len(addresses) or 1
        where = [word for address in addresses for word in ("--listen", address)]
        self.process = subprocess.Popen(
            [*prefix, TELLTALE, "serve", "-c", str(self.config), *where, *arguments],
            **{"stderr": subprocess.PIPE, "stdout": subprocess.DEVNULL, "cwd": directory,
               "env": {**os.environ, **(env or {})}, **options})
        self.raw = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.addresses = wait_until(self._listening, "the sidecar listens")
        self.address = self.addresses[0]

    def _read(self):
        for line in self.process.stderr:
            self.raw.append(line.decode(errors="replace"))
            try:
                self.log.append(json.loads(line))
            except ValueError:
                pass

    def _listening(self):
        if self.process.poll() is not None:
            self.reader.join(5)
            raise AssertionError(f"the sidecar ended with {self.process.returncode}: {''.join(self.raw)}")
        found = [l["address"] for l in list(self.log) if l["msg"] == "listening"]
        return found if len(found) >= self.wanted else None

    @property
    def port(self):
        return int(self.address.rsplit(":", 1)[1])

    @property
    def url(self):
        return f"http://{self.address}"

    def ask(self, method, path, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request(method, path, headers=headers or {})
            return Answer(connection.getresponse())

    def get(self, path, **headers):
        return self.ask("GET", path, {k.replace("_", "-"): v for k, v in headers.items()})

    def check(self, name):
        return self.get(f"/checks/{name}").json

    def wait_status(self, path, status, patience=PATIENCE):
        return wait_until(lambda: (a := self.get(path)).status == status and a, f"{path} answers {status}: "
                          f"{self.get(path).text}", patience)

    def wait_check(self, name, state, reason=None, patience=PATIENCE):
        def as_wanted():
            found = self.check(name)
            return found["state"] == state and (reason is None or found["reason"] == reason) and found
        try:
            return wait_until(as_wanted, f"{name} is {state} {reason}", patience)
        except AssertionError as error:
            raise AssertionError(f"{error}; it is {self.check(name)}") from None

    def workers(self):
        """Process ids of the worker processes."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def end(self, signal_number=signal.SIGTERM, patience=PATIENCE):
        """Ends it, and fails when the exit code is not 0 or a sanitizer has a report."""
        if self.process.poll() is None:
            self.process.send_signal(signal_number)
            self.process.send_signal(signal_number)  # the second signal skips the drain
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError("the sidecar did not end") from None
        self.reader.join(5)
        self.process.stderr.close()
        complaint = [line for line in self.raw if "Sanitizer" in line or "runtime error" in line]
        if complaint:
            raise AssertionError("".join(self.raw))
        return self.process.returncode


class Database:
    """A SQLite database in WAL mode with a writer process, like an application."""

    WRITER = """
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=5)
db.execute("pragma journal_mode=wal")
db.execute("create table if not exists t(x)")
print("ready", flush=True)
for line in sys.stdin:
    word, _, sql = line.strip().partition(" ")
    try:
        if word == "write":
            for i in range(int(sql)): db.execute("insert into t values(randomblob(1000))")
        else:
            db.execute(sql).fetchall()
        print("done", flush=True)
    except Exception as e:
        print(f"error {e}", flush=True)
db.close()
"""

    def __init__(self, test, path):
        self.path = path
        self.process = subprocess.Popen([sys.executable, "-c", self.WRITER, str(path)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        test.addCleanup(self.close)
        assert self.process.stdout.readline() == "ready\n"

    def _say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if answer != "done":
            raise AssertionError(f"{line}: {answer}")

    def write(self, rows=1):
        self._say(f"write {rows}")

    def sql(self, statement):
        self._say(f"sql {statement}")

    def close(self):
        """An orderly end, like that of an application."""
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait(10)
        self.process.stdout.close()

    def kill(self):
        self.process.kill()
        self.process.wait()


class WebSocketServer:
    """A WebSocket endpoint that can be stopped and restarted on its port."""

    def __init__(self, test, *tls):
        self.port = free_port()
        self.tls = tls
        self.process = None
        test.addCleanup(self.stop)
        self.start()

    def start(self):
        script = pathlib.Path(__file__).with_name("websocket_server.py")
        self.process = subprocess.Popen([sys.executable, str(script), str(self.port), *map(str, self.tls)],
                                        stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process = None


class Tmpfs:
    """A small file system, where privileges allow mounting one; skips the test otherwise."""

    def __init__(self, test, path, size):
        path.mkdir()
        self.path = path
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)], capture_output=True,
                              text=True)
        if done.returncode != 0:
            test.skipTest(f"cannot mount a tmpfs here: {done.stderr.strip()}")
        test.addCleanup(subprocess.run, ["umount", "-l", str(path)], check=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def main():
    unittest.main(verbosity=2)
