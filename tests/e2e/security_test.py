"""Access to details, restrictions of workers, secrets that are never shown, and environments without privileges."""
import json
import os
import pathlib
import subprocess
import sys

import harness
from harness import ask_unix

HEAD = "server: {drain_delay: 0s}\ndefaults: {interval: 500ms, timeout: 400ms}\nchecks:\n"
ROOT = "  - {name: root, type: disk, path: /, warn: 100%, fail: 100%, inodes: {fail: 100%}}\n"
SECRET = "planted-5ecret"
ENDPOINTS = ["/", "/health", "/ready", "/startup", "/metrics", "/checks", "/nowhere", "/checks/nobody",
             *(f"/checks/{name}" for name in ("ws", "file", "db"))]
FORMS = [{}, {"Accept": "text/plain"}, {"Accept": "application/openmetrics-text"}]

# Runs in a network namespace whose loopback interface has an address that is not loopback, and queries from there.
ASK_FROM_AFAR = """
import http.client, json, sys
out = []
for target, headers in json.load(sys.stdin):
    connection = http.client.HTTPConnection("192.0.2.1", int(sys.argv[1]), timeout=20)
    connection.request("GET", target, headers=headers)
    answer = connection.getresponse()
    out.append([answer.status, dict(answer.getheaders()), answer.read().decode()])
    connection.close()
json.dump(out, sys.stdout)
"""


class Workers(harness.TestCase):
    def test_workers_run_with_a_filter_and_no_new_privileges(self):
        sidecar = self.start(HEAD + ROOT)
        sidecar.wait_check("root", "pass", "ok")
        for worker in harness.wait_until(sidecar.workers, "there are workers"):
            status = dict(line.split(":\t", 1) for line in
                          pathlib.Path(f"/proc/{worker}/status").read_text().splitlines() if ":\t" in line)
            self.assertEqual((status["Seccomp"], status["NoNewPrivs"]), ("2", "1"))
            limits = pathlib.Path(f"/proc/{worker}/limits").read_text()
            self.assertRegex(limits, r"Max core file size +0 +0 ")
            self.assertRegex(limits, r"Max open files +\d{1,3} +\d{1,3} ")
            if not harness.SANITIZED:
                self.assertRegex(limits, r"Max address space +2147483648 +2147483648 ")
        self.assertEqual([l for l in sidecar.log if "restrictions" in l["msg"]], [])

    def test_names_resolve(self):
        server = harness.WebSocketServer(self)
        sidecar = self.start(HEAD.replace("500ms, timeout: 400ms", "6s, timeout: 5s, failing_interval: 1s") +
                             f'  - {{name: ws, type: websocket, url: "ws://localhost:{server.port}/"}}\n')
        sidecar.wait_check("ws", "pass", "ok")


class FromAfar(harness.TestCase):
    """Clients that are neither on loopback nor on a Unix socket."""

    def start_apart(self, config, listen="192.0.2.1:9640"):
        script = 'ip link set lo up && ip addr add 192.0.2.1/32 dev lo && exec "$@"'
        prefix = ["unshare", "--net", "sh", "-c", script, "sh"]
        done = subprocess.run([*prefix, "true"], capture_output=True, text=True)
        if done.returncode != 0:
            self.skipTest(f"network namespaces are not permitted here: {done.stderr.strip()}")
        return self.start(config, prefix=prefix, listen=[listen, f"unix:{self.dir}/s"] if listen else [])

    def ask(self, sidecar, *questions, port=9640):
        done = subprocess.run(["nsenter", "--target", str(sidecar.process.pid), "--net", sys.executable, "-c",
                               ASK_FROM_AFAR, str(port)], input=json.dumps(questions), capture_output=True, text=True,
                              timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_a_planted_secret_and_paths_are_never_shown(self):
        (self.dir / "token").write_text(f"{SECRET}-token\n")
        (self.dir / "header").write_text(f"{SECRET}-header\n")
        hidden = self.dir / f"{SECRET}-folder"
        checks = (f'  - {{name: ws, type: websocket, url: "ws://user:{SECRET}-url@127.0.0.1:1/?key={SECRET}-query", '
                  f'headers: {{X-Key: {{file: {self.dir}/header}}, Authorization: {{env: PLANTED}}}}}}\n'
                  f"  - {{name: file, type: marker, path: {hidden}/model}}\n"
                  f"  - {{name: db, type: sqlite, path: {hidden}/app.db}}\n")
        for level in ("none", "names"):
            with self.subTest(level):
                server = f"{{drain_delay: 0s, details: {level}, metrics: token, token: {{file: {self.dir}/token}}}}"
                config = HEAD.replace("{drain_delay: 0s}", server) + checks
                sidecar = self.start_apart(config.replace(f"user:{SECRET}-url@", ""))
                path = self.dir / "s"
                self.assertEqual(ask_unix(path, "/metrics").status, 200)  # the directory's permissions control access
                self.assertEqual(ask_unix(path, "/checks").status, 200)
                for name in ("ws", "file", "db"):
                    harness.wait_until(lambda: ask_unix(path, f"/checks/{name}").json["state"] == "fail", f"{name} fails")
                questions = [[target, form] for target in ENDPOINTS for form in FORMS]
                questions += [["/checks", {"Authorization": f"Bearer {SECRET}-tokem"}]]
                for (target, _), (status, _, body) in zip(questions, self.ask(sidecar, *questions)):
                    self.assertNotIn(SECRET, body, target)
                    self.assertNotIn(str(self.dir), body, target)
                    if target in ("/health", "/startup"):
                        self.assertEqual(status, 200)
                    if target == "/metrics" or (level == "none" and target.startswith("/checks")):
                        self.assertEqual(status, 401, target)
                allowed = {"Authorization": f"Bearer {SECRET}-token"}
                for target, (status, _, body) in zip(ENDPOINTS, self.ask(sidecar, *([t, allowed] for t in ENDPOINTS))):
                    self.assertNotEqual(status, 401, target)
                    for planted in ("token", "header", "env", "query"):
                        self.assertNotIn(f"{SECRET}-{planted}", body, target)
                for target in ENDPOINTS:
                    self.assertNotIn(f"{SECRET}-token", ask_unix(path, target).text)
                    self.assertNotIn(f"{SECRET}-header", ask_unix(path, target).text)
                sidecar.end()
                for planted in ("token", "header", "env", "query"):
                    self.assertNotIn(f"{SECRET}-{planted}", "".join(sidecar.raw))
                sidecar.process.wait()
        self.commands_are_silent(HEAD + checks)  # refused: a user in a URL
        self.commands_are_silent(HEAD + checks.replace(f"user:{SECRET}-url@", ""))

    def commands_are_silent(self, config):
        """Commands show where a secret is stored, never its value; a URL is shown without user and query."""
        (self.dir / "c.yaml").write_text(config)
        env = {"PLANTED": f"{SECRET}-env"}
        commands = [["validate", "c.yaml"], ["healthcheck", "-c", "c.yaml"], ["wait", "-c", "c.yaml", "--timeout", "100ms"]]
        commands += [["check", "-c", "c.yaml", "--format", form] for form in ("text", "json", "junit", "nagios")]
        for command in commands:
            done = self.run_telltale(*command, env=env)
            for planted in ("token", "header", "env", "url", "query"):
                self.assertNotIn(f"{SECRET}-{planted}", done.stdout + done.stderr, command)

    def start(self, config, **options):
        return super().start(config, env={"PLANTED": f"{SECRET}-env"}, **options)

    def test_an_address_serves_gates_only_and_the_others_everything(self):
        path = self.dir / "all.sock"
        config = (f"server:\n  drain_delay: 0s\n  listen:\n    - {{address: 192.0.2.1:9640, serves: gates}}\n"
                  f"    - 127.0.0.1:9641\n    - unix:{path}\n" + HEAD.split("\n", 1)[1] + ROOT)
        sidecar = self.start_apart(config, listen=None)
        harness.wait_until(lambda: ask_unix(path, "/ready").status == 200, "ready")
        answers = self.ask(sidecar, ["/ready", {}], ["/health", {}], ["/metrics", {}], ["/checks", {}], ["/checks/root", {}])
        self.assertEqual([a[0] for a in answers], [200, 200, 404, 404, 404])
        self.assertIn("not served at this address", answers[2][2])
        self.assertEqual([ask_unix(path, t).status for t in ("/ready", "/metrics", "/checks", "/checks/root")], [200] * 4)


class Places(harness.TestCase):
    def expect_it_works(self, prefix):
        """Disk, database and marker are checked, and nothing is written anywhere."""
        data = self.dir / "data"
        data.mkdir()
        database = harness.Database(self, data / "app.db")
        database.write()
        (data / "model").write_text("")
        self.dir.chmod(0o755)
        config = (HEAD + ROOT + f"  - {{name: db, type: sqlite, path: {data}/app.db}}\n"
                  f"  - {{name: model, type: marker, path: {data}/model}}\n")
        probe = subprocess.run([*prefix, harness.TELLTALE, "--version"], capture_output=True, text=True)
        if probe.returncode != 0:
            self.skipTest(f"not permitted here: {probe.stderr.strip()}")
        before = sorted(os.listdir(data))
        sidecar = self.start(config, prefix=prefix)
        for name in ("root", "db", "model"):
            sidecar.wait_check(name, "pass", "ok")
        self.assertEqual(sidecar.get("/ready").status, 200)
        self.assertEqual(sorted(os.listdir(data)), before)
        return sidecar

    def test_any_user_without_capabilities_on_a_read_only_root(self):
        if os.geteuid() != 0:
            self.skipTest("needs root to give rights away")
        drop = ["setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups", "--no-new-privs",
                "--bounding-set=-all", "--inh-caps=-all"]
        read_only = ["unshare", "--mount", "sh", "-c", 'mount -o remount,bind,ro / && exec "$@"', "sh"]
        sidecar = self.expect_it_works([*read_only, *drop])
        status = pathlib.Path(f"/proc/{sidecar.process.pid}/status").read_text()
        self.assertRegex(status, r"Uid:\t12345\t12345\t12345\t12345\n")
        self.assertRegex(status, r"CapEff:\t0+\n")
        self.assertRegex(status, r"CapBnd:\t0+\n")
        with self.assertRaises(OSError):
            os.close(os.open(f"/proc/{sidecar.process.pid}/root/telltale-was-here", os.O_CREAT | os.O_WRONLY))
        self.assertEqual(sidecar.end(), 0)


if __name__ == "__main__":
    harness.main()
