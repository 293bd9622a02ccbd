"""Commands that wait and run checks themselves: wait --run, check --for, healthcheck --http."""
import contextlib
import http.server
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import unittest

import harness
from commands import checks

# Prints everything that a program inherits.
INHERITED = """
import json, os, pathlib
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
me = pathlib.Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
print(json.dumps({
    "descriptors": sorted(n for n in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{n}")),
    "signals": [status[k].strip() for k in ("SigBlk", "SigIgn")],
    "children": me.read_text().split(),
    "environment": dict(os.environ),
    "limits": open("/proc/self/limits").read(),
    "pid": os.getpid(),
}))
"""


class Waiting(harness.TestCase):
    def write(self, text, name="deps.yaml"):
        (self.dir / name).write_text(text)
        return name

    def start_waiting(self, *arguments, **options):
        process = subprocess.Popen([harness.TELLTALE, *arguments], cwd=self.dir, text=True,
                                   **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options})
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def listener(self, port):
        server = socket.create_server(("127.0.0.1", port))
        self.addCleanup(server.close)
        return server

    def web_server(self, status, body=b"", headers=()):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        self.addCleanup(lambda: (server.shutdown(), thread.join(), server.server_close()))
        return f"127.0.0.1:{server.server_port}"


class WaitRun(Waiting):
    def test_the_command_starts_as_soon_as_the_checks_pass(self):
        port = harness.free_port()
        marker = self.dir / "migrated"
        self.write("defaults: {interval: 300ms, timeout: 200ms}\n" +
                   checks(f'{{name: db, type: tcp, address: "127.0.0.1:{port}"}}',
                          f"{{name: schema, type: marker, path: {marker}}}"))
        process = self.start_waiting("wait", "--run", "-c", "deps.yaml", "--timeout", "100s", "--", "sh", "-c",
                                     'echo "$@"; exit 7', "sh", "--timeout", "a b")
        first = process.stderr.readline()
        self.assertRegex(first, r"^telltale wait: \[-\]db fail refused: .*; \[-\]schema fail missing: ")
        self.listener(port)
        self.assertRegex(process.stderr.readline(), r"^telltale wait: \[-\]schema fail missing: .*; \[\+\]db ok; ")
        marker.write_text("")
        output, rest = process.communicate(timeout=harness.PATIENCE)
        self.assertRegex(rest, r"^telltale wait: ready after \S+ \S+\n$")
        self.assertEqual((process.returncode, output), (7, "--timeout a b\n"))

    def test_checks_without_a_first_result_are_named_when_the_time_is_over(self):
        port = self.listener(0).getsockname()[1]  # accepts, and never answers
        self.write("defaults: {interval: 90s, timeout: 80s}\n" +
                   checks(f'{{name: slow, type: tcp, address: "127.0.0.1:{port}", expect: hello}}',
                          f'{{name: web, type: http, url: "http://127.0.0.1:{port}/", timeout: 70s}}',
                          "{name: gone, type: marker, path: /nonexistent/marker}"))
        done = self.start_waiting("wait", "--run", "-c", "deps.yaml", "--timeout", "1s")
        said = done.communicate(timeout=harness.PATIENCE)[1].splitlines()[-1]
        self.assertRegex(said, r"^telltale wait: timed out after .*\[\?\]slow pending; .*no result yet: "
                               r"slow \(type tcp, timeout 1m20s\), web \(type http, timeout 1m10s\)$")
        self.assertEqual(done.returncode, 1)

    def test_the_command_inherits_what_it_would_without_telltale(self):
        """Checks of each kind have run: one in a worker, one on the loop, one with a name lookup."""
        reader, writer = os.pipe()  # as with socket activation, and as many shells leave them
        self.addCleanup(os.close, reader)
        self.addCleanup(os.close, writer)
        server = self.listener(0)
        port = server.getsockname()[1]
        self.write(checks("{name: root, type: disk, path: /, warn: 100%, fail: 100%, inodes: {fail: 100%}}",
                          f'{{name: port, type: tcp, address: "127.0.0.1:{port}"}}',
                          f'{{name: named, type: tcp, address: "localhost:{port}"}}'))

        def ask(*prefix):
            done = subprocess.run([*prefix, sys.executable, "-c", INHERITED], stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=harness.PATIENCE, cwd=self.dir,
                                  pass_fds=(reader,), preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
            self.assertEqual(done.returncode, 0, done)
            found = json.loads(done.stdout)
            found.pop("pid")
            return found

        alone = ask()
        self.assertIn(str(reader), alone["descriptors"])
        self.assertEqual(ask(harness.TELLTALE, "wait", "--run", "-c", "deps.yaml", "--timeout", "60s", "--"), alone)
        self.assertEqual(alone["children"], [])

    def test_the_process_id_stays_and_signals_reach_the_command(self):
        self.write(checks("{name: root, type: disk, path: /, warn: 100%, fail: 100%, inodes: {fail: 100%}}"))
        process = self.start_waiting("wait", "--run", "-c", "deps.yaml", "--", "sh", "-c", "echo $$; exec sleep 1000")
        self.assertEqual(int(process.stdout.readline()), process.pid)
        process.terminate()
        self.assertEqual(process.wait(harness.PATIENCE), -signal.SIGTERM)

    def test_it_times_out_with_the_reasons_and_the_command_does_not_run(self):
        self.write(checks("{name: gone, type: marker, path: /nowhere/at/all}"))
        done = self.run_telltale("wait", "--run", "-c", "deps.yaml", "--timeout", "1s", "--", "touch", "ran")
        self.assertEqual((done.returncode, done.stdout), (1, ""), done)
        lines = done.stderr.splitlines()
        self.assertRegex(lines[-1], r"^telltale wait: timed out after 1(\.\d)? s: \[-\]gone fail missing: ")
        self.assertEqual(len(lines), 2, "one line per change of reasons")
        self.assertFalse((self.dir / "ran").exists())

    def test_severities_and_gates_count_as_they_do_for_the_sidecar(self):
        gone = "type: marker, path: /nowhere/at/all"
        self.write(checks("{name: root, type: disk, path: /, warn: 100%, fail: 100%, inodes: {fail: 100%}}",
                          f"{{name: optional, {gone}, severity: degraded}}", f"{{name: news, {gone}, severity: info}}",
                          f"{{name: later, {gone}, gates: [startup]}}"))
        run = ("wait", "--run", "-c", "deps.yaml", "--timeout", "1s")
        done = self.run_telltale(*run)
        self.assertEqual(done.returncode, 0, done)
        self.assertNotIn("later", done.stderr)
        self.assertEqual(self.run_telltale(*run, "--gate", "startup").returncode, 1)
        done = self.run_telltale(*run, "--gate", "live")
        self.assertEqual((done.returncode, done.stderr),
                         (2, "telltale wait: no check in deps.yaml feeds the gate live\n"))

    def test_rise_counts_as_it_does_for_the_sidecar(self):
        """The first run decides at once; after a failure `rise` runs have to pass."""
        marker = self.dir / "open"
        self.write(checks(f"{{name: a, type: marker, path: {marker}, rise: 3, interval: 1s, timeout: 500ms}}"))
        process = self.start_waiting("wait", "--run", "-c", "deps.yaml", "--interval", "200ms")
        self.assertIn("missing", process.stderr.readline())
        marker.write_text("")
        begin = time.monotonic()
        self.assertEqual(process.wait(harness.PATIENCE), 0)
        self.assertGreater(time.monotonic() - begin, 0.3, "two more runs are needed after the first that passes")
        self.assertEqual(self.run_telltale("wait", "--run", "-c", "deps.yaml", "--timeout", "10s").returncode, 0)

    def test_a_signal_ends_it_at_once_with_its_workers(self):
        self.write(checks("{name: gone, type: marker, path: /nowhere/at/all}"))
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            process = self.start_waiting("wait", "--run", "-c", "deps.yaml", "--timeout", "1000s", "--", "touch", "ran")
            self.assertIn("missing", process.stderr.readline())
            children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            self.assertTrue(children)
            begin = time.monotonic()
            process.send_signal(number)
            self.assertEqual(process.wait(harness.PATIENCE), 128 + number)
            self.assertLess(time.monotonic() - begin, 2)
            for child in children:
                harness.wait_until(lambda: not pathlib.Path(f"/proc/{child}/exe").exists(), "the worker has ended")
        self.assertFalse((self.dir / "ran").exists())

    def test_a_signal_ends_it_as_pid_1(self):
        """The kernel drops signals to PID 1 that have no handler."""
        unshare = ["unshare", "-rpf", "--kill-child"]
        if subprocess.run([*unshare, "true"], capture_output=True).returncode != 0:
            self.skipTest("process namespaces are not permitted here")
        self.write(checks("{name: gone, type: marker, path: /nowhere/at/all}"))
        for command in (("wait", "--run", "-c", "deps.yaml"), ("check", "-c", "deps.yaml", "--for", "1000s")):
            process = subprocess.Popen([*unshare, harness.TELLTALE, *command], cwd=self.dir, stderr=subprocess.PIPE,
                                       stdout=subprocess.DEVNULL, text=True)
            self.addCleanup(process.stderr.close)
            self.addCleanup(process.kill)
            self.assertIn("missing", process.stderr.readline())
            child = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0]
            os.kill(int(child), signal.SIGTERM)
            self.assertEqual(process.wait(harness.PATIENCE), 128 + signal.SIGTERM)

    def test_fail_fast_gives_up_on_what_waiting_does_not_repair(self):
        locked = self.web_server(401)
        plain = self.web_server(200)
        for check, reason in ((f'{{name: a, type: websocket, url: "ws://{locked}/"}}', "auth"),
                              (f'{{name: a, type: tcp, address: "{plain}", tls: true}}', "tls")):
            self.write(checks(check))
            run = ("wait", "--run", "-c", "deps.yaml", "--timeout")
            done = self.run_telltale(*run, "1000s", "--fail-fast", "--", "touch", "ran")
            self.assertEqual(done.returncode, 1, done)
            self.assertRegex(done.stderr, rf"gave up, .* after .*: \[-\]a fail {reason}: ")
            self.assertEqual(done.stderr.count("\n"), 1, done)
            done = self.run_telltale(*run, "500ms")
            self.assertIn("timed out", done.stderr)
        self.assertFalse((self.dir / "ran").exists())

    def test_fail_fast_waits_for_what_may_still_appear(self):
        port = harness.free_port()
        self.write(checks(f'{{name: a, type: tcp, address: "127.0.0.1:{port}"}}',
                          "{name: gone, type: marker, path: /nowhere/at/all, severity: degraded}"))
        process = self.start_waiting("wait", "--run", "-c", "deps.yaml", "--fail-fast", "--interval", "200ms")
        self.assertIn("refused", process.stderr.readline())
        self.listener(port)
        self.assertEqual(process.wait(harness.PATIENCE), 0)

    def test_what_cannot_be_run_is_exit_code_2_at_once(self):
        for text, words in (("checks: [{name: a, type: dsik}]\n", "did you mean 'disk'"),
                            (checks("{name: a, type: tcp, address: '127.0.0.1:1', send: {file: /nowhere/secret}}"),
                             "check 'a': cannot read the secret in /nowhere/secret"),
                            ("{checks: [], ready_without_checks: true}\n", "no check in deps.yaml feeds the gate ready")):
            self.write(text)
            done = self.run_telltale("wait", "--run", "-c", "deps.yaml", "--", "touch", "ran")
            self.assertEqual((done.returncode, done.stdout), (2, ""), done)
            self.assertIn(words, done.stderr)
        self.assertEqual(self.run_telltale("wait", "--run", "-c", "nowhere.yaml").returncode, 2)
        self.assertFalse((self.dir / "ran").exists())

    def test_126_and_127_as_shells_do(self):
        self.write(checks("{name: root, type: disk, path: /, warn: 100%, fail: 100%, inodes: {fail: 100%}}"))
        (self.dir / "plain").write_text("no program\n")
        run = ("wait", "--run", "-c", "deps.yaml", "--")
        self.assertEqual(self.run_telltale(*run, "./plain").returncode, 126)
        self.assertEqual(self.run_telltale(*run, "no-such-program-anywhere").returncode, 127)


class CheckFor(Waiting):
    def test_it_passes_once_the_target_does_and_prints_one_run(self):
        port = harness.free_port()
        self.write(checks(f'{{name: a, type: tcp, address: "127.0.0.1:{port}"}}',
                          "{name: gone, type: marker, path: /nowhere/at/all, severity: degraded}"))
        process = self.start_waiting("check", "--for", "100s", "-c", "deps.yaml", "--format", "json")
        self.assertRegex(process.stderr.readline(), r"^telltale check: \[-\]a fail refused: .*; \[-\]gone fail missing: ")
        self.listener(port)
        output, rest = process.communicate(timeout=harness.PATIENCE)
        self.assertEqual(process.returncode, 0)
        self.assertRegex(rest, r"^telltale check: passed after \S+ s\n$")
        self.assertEqual([(c["name"], c["verdict"]) for c in json.loads(output)["checks"]],
                         [("a", "pass"), ("gone", "fail")])

    def test_it_ends_with_the_results_when_the_time_is_over(self):
        self.write(checks("{name: gone, type: marker, path: /nowhere/at/all}"))
        for form, code in (("table", 1), ("junit", 1), ("nagios", 2)):
            done = self.run_telltale("check", "--for", "1200ms", "-c", "deps.yaml", "--format", form, "gone")
            self.assertEqual(done.returncode, code, done)
            self.assertIn("missing", done.stdout)
            self.assertEqual(done.stderr.count("\n"), 2, done)
            self.assertIn("timed out after", done.stderr)

    def test_errors_end_it_at_once(self):
        self.write("checks: [\n")
        self.assertEqual(self.run_telltale("check", "--for", "1000s", "-c", "deps.yaml").returncode, 2)
        self.write(checks("{name: a, type: tcp, address: '127.0.0.1:1', send: {env: NOT_SET}}"))
        done = self.run_telltale("check", "--for", "1000s", "-c", "deps.yaml")
        self.assertEqual(done.returncode, 2, done)
        self.assertIn("NOT_SET", done.stderr)

    def test_checks_keep_their_state_from_one_attempt_to_the_next(self):
        """A rate needs two pages, and no attempt has time for the second one."""
        exporter = self.web_server(200, b"errors_total 7\n", [("Content-Type", "text/plain; version=0.0.4")])
        self.write(checks(f"{{name: errors, type: prometheus, url: 'http://{exporter}/metrics', timeout: 1s, "
                          "rate_window: 1500ms, values: {'sum(rate(errors_total))': 0}}"))
        done = self.run_telltale("check", "--for", "20s", "-c", "deps.yaml", "--format", "text")
        self.assertEqual((done.returncode, done.stdout), (0, "[+]errors ok\n"), done)

    def test_a_slow_check_that_passed_is_not_repeated(self):
        """It reads the whole database, which every attempt would repeat."""
        database = self.dir / "app.db"
        with contextlib.closing(sqlite3.connect(database)) as db:
            db.execute("pragma journal_mode=wal")
            db.execute("create table t(x)")
            db.commit()
            self.write(checks(f"{{name: db, type: sqlite, path: {database}, integrity: {{every: 6h}}}}",
                              "{name: gone, type: marker, path: /nowhere/at/all}"))
            done = self.run_telltale("check", "--for", "2s", "-c", "deps.yaml", "--format", "json")
            ended = time.time()
        found = {check["name"]: check for check in json.loads(done.stdout)["checks"]}["db-integrity"]
        self.assertGreater(ended - found["measurements"]["intact_timestamp_seconds"], 1, found)


@unittest.skipUnless("http" in [t["name"] for t in json.loads(subprocess.run(
    [harness.TELLTALE, "checks", "--format", "json"], capture_output=True, check=True).stdout)],
    "this program has no check type http")
class HealthcheckHttp(Waiting):
    def ask(self, *arguments, code, env=None):
        done = self.run_telltale("healthcheck", *arguments, env=env)
        self.assertEqual((done.returncode, done.stderr, done.stdout.count("\n")), (code, "", 1), done)
        return done.stdout

    def test_a_response_is_0_or_1_and_one_line(self):
        json_type = [("Content-Type", "application/json")]
        healthy = f"http://{self.web_server(200, json.dumps({'status': 'ok'}).encode(), json_type)}/health"
        self.assertRegex(self.ask("--http", healthy, code=0), "^pass ok: ")
        self.ask("--http", healthy, "--json", "/status=ok", "--contains", "status", "--status", "200", code=0)
        self.assertRegex(self.ask("--http", healthy, "--json", "/status=starting", code=1), "^fail mismatch: ")
        self.assertRegex(self.ask("--http", healthy, "--status", "204", code=1), "^fail ")
        self.assertRegex(self.ask("--http", f"http://{self.web_server(401)}/", code=1), "^fail auth: ")
        self.assertRegex(self.ask("--http", f"http://127.0.0.1:{harness.free_port()}/", code=1), "^fail refused: ")
        self.assertRegex(self.ask("--http", healthy, "--header", "X-Key: env:PLANTED", code=0,
                                  env={"PLANTED": "secret"}), "^pass ok: ")

    def test_invalid_arguments_are_1_too(self):
        for arguments in (("--http", "gopher://a"), ("--http", "http://a", "--status", "fine"),
                          ("--http", "http://a", "--bogus"), ("--http", "http://a", "--url", "http://b"),
                          ("--http", "http://a", "--header", "X=env:NOT_SET")):
            done = self.run_telltale("healthcheck", *arguments)
            self.assertEqual(done.returncode, 1, done)
            self.assertEqual((done.stdout + done.stderr).count("\n"), 1, done)

    def test_help_lists_the_options_of_the_check(self):
        text = self.run_telltale("healthcheck", "--help").stdout
        for option in ("--http URL", "--status", "--contains", "--match", "--json NAME=VALUE", "--header NAME=VALUE",
                       "--insecure", "--ca-file FILE"):
            self.assertIn(option, text)
        self.assertLessEqual(max(map(len, text.splitlines())), 120)


if __name__ == "__main__":
    harness.main()
