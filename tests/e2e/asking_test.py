"""telltale healthcheck and wait: they ask a running sidecar, as Docker and start scripts do."""
import os
import signal
import socket
import subprocess
import threading

import harness
from authority import Authority
from commands import ROOT, Commands, checks, marker


class Asking(Commands):
    """healthcheck and wait with a running sidecar whose gate can be opened."""

    def setUp(self):
        super().setUp()
        self.open = self.dir / "open"

    def sidecar(self, listen="127.0.0.1:0"):
        return self.start("server: {drain_delay: 0s}\ndefaults: {interval: 300ms, timeout: 200ms}\n" +
                          checks(ROOT, marker("model", self.open)), listen=listen)

    def healthcheck(self, *arguments, code, env=None):
        done = self.run_telltale("healthcheck", "--timeout", "20s", *arguments, env=env)
        self.assertEqual((done.returncode, done.stderr), (code, ""), done)
        return done.stdout

    def test_healthcheck_is_0_or_1_with_the_reasons(self):
        url = self.sidecar().url
        text = harness.wait_until(lambda: (t := self.healthcheck("--url", url, code=1)) and "missing" in t and t, "red")
        self.assertRegex(text, r"(?m)^\[-\]model fail missing: .*open does not exist")
        self.assertLess(len(text), 4096)
        self.healthcheck("--url", url, "--gate", "live", code=0)
        self.open.write_text("")
        harness.wait_until(lambda: self.run_telltale("healthcheck", "--url", url).returncode == 0, "green")
        self.healthcheck(code=0, env={"TELLTALE_URL": url})
        self.healthcheck("--url", url + "/health", code=0)
        self.assertIn("404", self.healthcheck("--url", url + "/nowhere", code=1))
        for path in ("/", "/?verbose", "/checks/model?gate", "/checks/model?gate=1&verbose", "/ready?only=model"):
            self.healthcheck("--url", url + path, code=0)
        self.assertIn("not a verdict", self.healthcheck("--url", url + "/ping", code=1))
        self.assertEqual(self.run_telltale("wait", "--url", url + "/checks/model?gate", "--timeout", "20s").returncode, 0)
        self.assertIn("There is no check named modl;", self.healthcheck("--url", url + "/checks/modl?gate", code=1))

    def test_healthcheck_queries_a_unix_socket(self):
        path = self.dir / "telltale.sock"
        self.open.write_text("")
        self.sidecar(listen=f"unix:{path}")
        harness.wait_until(lambda: self.run_telltale("healthcheck", "--url", f"unix:{path}").returncode == 0, "green")
        self.healthcheck("--url", f"unix:{path}", "--gate", "startup", code=0)
        self.write(f"server: {{listen: 'unix:{path}'}}\n" + checks(ROOT), "where.yaml")
        self.healthcheck("-c", "where.yaml", code=0)

    def test_healthcheck_and_wait_use_the_installed_configuration(self):
        """/etc is a directory of the test in a mount namespace of the command."""
        if subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode != 0:
            self.skipTest("mount namespaces are not permitted here")
        cert, key = Authority(self.dir).issue("sidecar")
        (self.dir / "etc/telltale").mkdir(parents=True)
        installed = self.dir / "etc/telltale/telltale.yaml"

        def ask(*command, code):
            done = subprocess.run(["unshare", "-rm", "sh", "-c", 'mount --bind etc /etc && exec "$@"', "sh",
                                   harness.TELLTALE, *command], capture_output=True, text=True, cwd=self.dir,
                                  timeout=harness.PATIENCE, env={**os.environ, "TELLTALE_URL": ""})
            self.assertEqual(done.returncode, code, (installed.read_text(), done))
            return done.stdout

        port, other = harness.free_port(), harness.free_port()
        for server in (f"listen: 0.0.0.0:{port}", f"listen: unix:{self.dir}/t.sock",
                       f"listen: '[::]:{port}'\n  tls: {{cert: {cert}, key: {key}}}",
                       f"listen:\n  - {{address: 127.0.0.1:{other}, serves: [metrics]}}\n  - 127.0.0.1:{port}"):
            installed.write_text(f"server:\n  drain_delay: 0s\n  {server}\n" + checks(ROOT))
            sidecar = self.start(installed, listen=None)
            ask("wait", "--timeout", "20s", code=0)
            self.assertIn("[+]root ok", ask("healthcheck", "--timeout", "20s", code=0))
            self.assertEqual(sidecar.end(), 0)
        self.assertRegex(ask("healthcheck", code=1),
                         r"^no answer from .*\? The address comes from /etc/telltale/telltale.yaml; "
                         r"use --url, -c FILE or TELLTALE_URL to change it\n$")
        sidecar = self.start(f"server:\n  drain_delay: 0s\n  tls: {{cert: {cert}, key: {key}}}\n" + checks(ROOT))
        installed.write_text(f"server: {{listen: '{sidecar.address}'}}\n")
        self.assertIn("does it speak https?", ask("healthcheck", "--timeout", "20s", code=1))

    def test_healthcheck_is_never_2(self):
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            refused = f"http://127.0.0.1:{nobody.getsockname()[1]}"
            for arguments, words in (
                (("--url", refused), "refused"), (("--url", "unix:/nowhere/telltale.sock"), "No such file"),
                (("--url", f"unix:{self.dir}"), "no answer"), (("--url", "gopher://a"), "http://"),
                (("--url", "http://nosuch.invalid"), "nosuch.invalid"),
                (("-c", "nowhere.yaml"), "nowhere.yaml"),
            ):
                if "nosuch" in words and "thread" in os.environ.get("TELLTALE_SANITIZE", ""):
                    print("not tried: glibc looks names up in threads of its own, which ThreadSanitizer does not survive")
                    continue
                self.assertIn(words, self.healthcheck(*arguments, code=1), arguments)
        for arguments in (("--bogus",), ("--gate", "open"), ("extra",), ("--timeout", "x")):
            done = self.run_telltale("healthcheck", *arguments)
            self.assertEqual(done.returncode, 1, done)
            self.assertEqual((done.stdout + done.stderr).count("\n"), 1, done)

    def test_healthcheck_ends_in_time_with_a_silent_or_endless_server(self):
        for begins, limit, words in ((b"", "500ms", "in time"), (b"HTTP/1.1 200 OK\r\n", "500ms", "in time"),
                                     (b"SSH-2.0-x\r\n\r\n", "20s", "HTTP")):
            with socket.create_server(("127.0.0.1", 0)) as server:
                def serve():
                    peer, _ = server.accept()
                    peer.sendall(begins)
                    self.peer = peer
                thread = threading.Thread(target=serve)
                thread.start()
                done = self.run_telltale("healthcheck", "--timeout", limit, "--url",
                                         f"http://127.0.0.1:{server.getsockname()[1]}")
                thread.join(10)
                self.peer.close()
            self.assertEqual(done.returncode, 1, done)
            self.assertIn(words, done.stdout)

    def wait(self, *arguments, code, env=None):
        done = self.run_telltale("wait", "--interval", "50ms", *arguments, env=env)
        self.assertEqual(done.returncode, code, done)
        return done

    def test_wait_times_out_with_the_reasons(self):
        sidecar = self.sidecar()
        sidecar.wait_check("model", "fail")
        done = self.wait("--url", sidecar.url, "--timeout", "1s", code=1)
        self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr.splitlines()[-1], r"timed out after .*: .*model fail missing: .*open does not exist")
        not_run = self.wait("--url", sidecar.url, "--timeout", "100ms", "--", "touch", str(self.dir / "ran"), code=1)
        self.assertFalse((self.dir / "ran").exists(), not_run)

    def test_wait_passes_as_soon_as_the_gate_does(self):
        sidecar = self.sidecar()
        process = subprocess.Popen([harness.TELLTALE, "wait", "--url", sidecar.url, "--timeout", "100s"],
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        for line in process.stderr:  # pending comes first
            if "model fail missing" in line:
                break
        self.open.write_text("")
        self.assertEqual(process.wait(harness.PATIENCE), 0)
        self.assertIn("ready after", process.stderr.read())

    def test_wait_becomes_the_command(self):
        url = ("--url", self.sidecar().url, "--gate", "live")
        done = self.wait(*url, "--", "sh", "-c", 'echo "$@"; exit 7', "sh", "--timeout", "-c", "a b", code=7)
        self.assertEqual(done.stdout, "--timeout -c a b\n")
        self.wait(*url, "--", "sh", "-c", "kill -TERM $$", code=-signal.SIGTERM)
        self.wait(*url, "--", "cat", code=0)

        process = subprocess.Popen([harness.TELLTALE, "wait", *url, "--", "sh", "-c", "echo $$; exec sleep 1000"],
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        self.assertEqual(int(process.stdout.readline()), process.pid)
        process.terminate()
        self.assertEqual(process.wait(harness.PATIENCE), -signal.SIGTERM)

    def test_wait_returns_126_and_127_as_shells_do(self):
        url = ("--url", self.sidecar().url, "--gate", "live")
        plain = self.dir / "plain"
        plain.write_text("no program\n")
        self.assertIn("Permission denied", self.wait(*url, "--", str(plain), code=126).stderr)
        self.assertIn("No such file", self.wait(*url, "--", "no-such-program-anywhere", code=127).stderr)

    def test_wait_ends_on_a_signal(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            process = subprocess.Popen([harness.TELLTALE, "wait", "--url", "http://127.0.0.1:1", "--timeout", "100s"],
                                       stderr=subprocess.PIPE, text=True)
            self.addCleanup(process.stderr.close)
            self.addCleanup(process.kill)
            self.assertIn("refused", process.stderr.readline())
            process.send_signal(number)
            self.assertIn(process.wait(harness.PATIENCE), (-number, 128 + number))


if __name__ == "__main__":
    harness.main()
