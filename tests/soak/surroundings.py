"""Targets of the sidecar in a soak: two databases in use, rewritten markers, WebSocket peers; and its
configurations."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading

import harness

HERE = pathlib.Path(__file__).parent
# Short, so that much happens in a short soak; deadlines leave room for a machine under load.
INTERVAL, TIMEOUT = "500ms", "450ms"
PACE = 0.1  # seconds between two commits, or two versions of a marker
TOKEN = "a token for a soak"


class Application:
    """A database in WAL mode that is written continuously unless a fault is active."""

    def __init__(self, stack, path):
        self.stack, self.path = stack, path
        self.database = None
        self.begin()

    @property
    def files(self):
        return [self.path.with_name(self.path.name + end) for end in ("", "-wal", "-shm")]

    def begin(self):
        self.database = harness.Database(self, self.path)
        self.database.sql("pragma busy_timeout=50")  # a lock must not delay the repair
        self.write()

    def addCleanup(self, function, *arguments):
        pass  # harness.Database would add a cleanup at each restart; `end` is enough

    def write(self):
        """One commit; failures caused by a fault are ignored."""
        try:
            self.database.sql("insert into t values(randomblob(500))")
            self.database.sql("delete from t where rowid < (select max(rowid) - 500 from t)")
        except (AssertionError, OSError, ValueError):
            pass

    def end(self):
        self.database.kill()
        for stream in (self.database.process.stdin, self.database.process.stdout):
            stream.close()

    def restart(self):
        """As after a disaster: everything is recreated."""
        self.end()
        for file in self.files:
            file.unlink(missing_ok=True)
        self.begin()


class Peer:
    """The WebSocket endpoints, in a process that can be stopped and restarted on its ports."""

    def __init__(self, certificate):
        self.ports = [harness.free_port(), harness.free_port()]
        self.certificate = certificate
        self.start()

    def start(self):
        tls = [self.ports[1], *self.certificate] if self.certificate else []
        self.process = subprocess.Popen([sys.executable, "-B", str(HERE / "peer.py"), *map(str, [self.ports[0], *tls])],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._expect("ready")

    def behave(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        self._expect("done")

    def _expect(self, word):
        received = self.process.stdout.readline().strip()
        if received != word:
            raise AssertionError(f"the peer sent {received!r}, not {word!r}")

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def make_certificate(directory):
    """A self-signed certificate, or None without openssl."""
    if not shutil.which("openssl"):
        return None
    files = directory / "peer.crt", directory / "peer.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                    "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout",
                    str(files[1]), "-out", str(files[0])], check=True, capture_output=True)
    return files


class Surroundings:
    """All targets in one directory. The steady ones are written by a thread until `pause`d."""

    def __init__(self, stack, directory):
        self.directory = directory
        self.certificate = make_certificate(directory)
        (directory / "token").write_text(TOKEN)
        (directory / "data").mkdir()
        for name in ("cache", "index"):
            (directory / name).touch()
        self.orders, self.users = (Application(stack, directory / f"{n}.db") for n in ("orders", "users"))
        stack.callback(lambda: (self.orders.end(), self.users.end()))
        self.users.database.sql(f"vacuum into '{directory}/users.bak'")
        self.peer = Peer(self.certificate)
        stack.callback(lambda: self.peer.stop())
        self.lock = threading.Lock()  # held by whoever changes a target
        self.steady_marker = True
        self.ended = threading.Event()
        self.version = 0
        self.write_marker()
        self.thread = threading.Thread(target=self._go_on, daemon=True)
        self.thread.start()
        stack.callback(self._stop)

    @property
    def marker(self):
        return self.directory / "model.json"

    def write_marker(self):
        """A new version, written as a careful writer does."""
        self.version += 1
        new = self.marker.with_suffix(".new")
        new.write_text(json.dumps({"name": "llama", "version": self.version, "progress": 1}))
        os.replace(new, self.marker)

    def _go_on(self):
        while not self.ended.wait(PACE):
            with self.lock:
                self.orders.write()
                self.users.write()
                if self.steady_marker:
                    self.write_marker()

    def _stop(self):
        self.ended.set()
        self.thread.join()

    def configuration(self, other=False):
        """One of two valid texts: the other one has more checks, fewer of one kind, and a check with another
        option."""
        d, (port, tls_port) = self.directory, self.peer.ports
        wss = f"  - {{name: exchange, type: websocket, url: 'wss://localhost:{tls_port}/', ca_file: {d}/peer.crt}}\n"
        more = (f"  - {{name: extra, type: marker, path: {d}/cache, gates: [startup, ready]}}\n"
                f"  - {{name: more, type: disk, path: {d}, warn: 100%, fail: 100%, inodes: {{fail: 100%}}}}\n")
        return f"""
watch: true
server:
  drain_delay: 500ms
  shutdown_timeout: 20s
  details: names
  metrics: token
  token: {{file: {d}/token}}
defaults: {{interval: {INTERVAL}, timeout: {TIMEOUT}}}
checks:
  - {{name: orders, type: sqlite, path: {d}/orders.db, writer_lock: {{fail: 600ms}}, last_commit_age: {{fail: 1h}}}}
  - {{name: orders-rows, type: sqlite, path: {d}/orders.db, mode: query, query: select count(*) from t, expect: "> 0"}}
  - {{name: orders-write, type: sqlite, path: {d}/orders.db, mode: write, severity: degraded}}
  - {{name: users, type: sqlite, path: {d}/users.db, integrity: {{every: 2s, timeout: 1s}}}}
  - {{name: users-backup, type: sqlite_backup, path: {d}/users.bak, database: {d}/users.db, age: {{fail: 30d}}}}
  - {{name: root, type: disk, path: /, warn: 100%, fail: 100%, inodes: {{fail: 100%}}}}
  - {{name: data, type: disk, path: {d}/data, warn: 100%, fail: 100%, inodes: {{fail: 100%}}, write_test: true}}
  - {{name: quota, type: disk, path: {d}/data, warn: 100%, fail: 100%, inodes: {{fail: 100%}}, size_limit: {"3GiB" if other else "2GiB"}}}
  - {{name: model, type: marker, path: {d}/model.json, content: {{/name: llama}}, progress: /progress, newer_than: 1h, gates: [startup, ready]}}
  - {{name: caches, type: marker, paths: [{d}/cache, {d}/index]}}
  - {{name: updates, type: websocket, url: 'ws://127.0.0.1:{port}/', send: are you there, expect: are you there}}
  - {{name: by-name, type: websocket, url: 'ws://localhost:{port}/', headers: {{Authorization: {{file: {d}/token}}}}}}
{wss if self.certificate and not other else ""}{more if other else ""}"""
