"""The real program as a process: TLS, exit codes, signals, full disks. Needs openssl for a certificate.

    program_test.py TELLTALE
"""
import http.server
import os
import pathlib
import re
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

telltale = sys.argv.pop(1)


class Gate(http.server.BaseHTTPRequestHandler):
    status, body = 200, b"[+]db ok\nready check passed\n"

    def do_GET(self):
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        try:
            self.wfile.write(self.body)
        except BrokenPipeError:
            pass  # the process has ended already

    def log_message(self, *_):
        pass


class Failing(Gate):
    status, body = 503, b"[-]db fail missing: no file\nready check failed\n"


def run(*arguments, **more):
    environment = {**os.environ, "TELLTALE_URL": "", **more.pop("env", {})}
    return subprocess.run([telltale, *arguments], capture_output=True, text=True, timeout=30, env=environment, **more)


class ProgramTest(unittest.TestCase):
    def serve(self, handler, context=None):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        self.addCleanup(lambda: (server.shutdown(), thread.join(), server.server_close()))
        return f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}"

    def folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return pathlib.Path(folder.name)

    def test_healthcheck_speaks_tls(self):
        key, cert = self.folder() / "key.pem", self.folder() / "cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", key, "-out", cert, "-days", "1", "-subj", "/CN=t"], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        for handler, code in ((Gate, 0), (Failing, 1)):
            done = run("healthcheck", "--timeout", "5s", "--url", self.serve(handler, context))
            self.assertEqual((done.returncode, done.stdout), (code, handler.body.decode()))

    @unittest.skipIf(os.environ.get("TELLTALE_SANITIZE"), "a sanitizer opens files of its own")
    def test_healthcheck_opens_only_what_the_loader_opens(self):
        log = self.folder() / "opened"
        traced = ["strace", "-f", "-o", log, "-e", "trace=open,openat", telltale]
        done = subprocess.run([*traced, "healthcheck", "--url", self.serve(Gate)], capture_output=True, text=True, timeout=60)
        if "ptrace" in done.stderr:
            self.skipTest("tracing is not permitted")
        self.assertEqual(done.returncode, 0, done)
        opened = re.findall(r'open(?:at)?\(.*?"(.*?)"', log.read_text())
        self.assertEqual([path for path in opened if not re.search(r"/ld\.so\.cache$|\.so(\.\d+)*$", path)], [])

    def test_healthcheck_uses_the_url_of_the_environment(self):
        done = run("healthcheck", "--timeout", "5s", env={"TELLTALE_URL": self.serve(Gate)})
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, Gate.body.decode(), ""))

    def test_wait_becomes_the_command_with_its_exit_code(self):
        done = run("wait", "--url", self.serve(Gate), "--", "sh", "-c", "echo $0 $1 $$; exit 7", "-a", "--b")
        self.assertEqual(done.returncode, 7)
        self.assertTrue(done.stdout.startswith("-a --b "))
        self.assertIn("telltale wait: ready after", done.stderr)

    def test_wait_keeps_its_process_id_and_signal_handling(self):
        script = "import os,signal; print(os.getpid(), signal.getsignal(signal.SIGTERM) == signal.SIG_DFL)"
        process = subprocess.Popen([telltale, "wait", "--url", self.serve(Gate), "--", sys.executable, "-c", script],
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.assertEqual(process.communicate(timeout=30)[0], f"{process.pid} True\n")

    def test_wait_times_out_with_the_reasons(self):
        done = run("wait", "--timeout", "200ms", "--interval", "50ms", "--url", self.serve(Failing), "--", "true")
        self.assertEqual(done.returncode, 1)
        self.assertIn("timed out after", done.stderr)
        self.assertIn("no file", done.stderr)

    def test_wait_ends_on_a_signal(self):
        process = subprocess.Popen([telltale, "wait", "--url", self.serve(Failing)], stderr=subprocess.PIPE, text=True)
        process.stderr.readline()  # it waits now
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, 128 + signal.SIGTERM)

    def test_commands_that_cannot_be_executed(self):
        url = self.serve(Gate)
        plain = self.folder() / "plain"
        plain.write_text("no program")
        self.assertEqual(run("wait", "--url", url, "--", "no-such-program-anywhere").returncode, 127)
        self.assertEqual(run("wait", "--url", url, "--", plain).returncode, 126)

    def test_usage_errors_are_two_except_for_healthcheck(self):
        for arguments, code in ((["--frob"], 2), (["check", "--frob"], 2), (["wait", "--frob"], 2), (["chekc"], 2),
                                (["healthcheck", "--frob"], 1), (["healthcheck", "--url", "nonsense"], 1),
                                (["validate", "/nowhere/at/all.yaml"], 2), (["-c", "/nowhere/at/all.yaml"], 2)):
            done = run(*arguments)
            self.assertEqual(done.returncode, code, arguments)
            self.assertEqual((done.stdout + done.stderr).count("\n"), 1, arguments)

    def test_a_full_disk_is_an_error(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([telltale, "schema"], stdout=full, stderr=subprocess.PIPE, timeout=30)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"cannot write", done.stderr)

    def test_check_reads_standard_input_and_has_its_exit_codes(self):
        text = "checks: [{name: gone, type: marker, path: /nowhere/at/all%s}]"
        self.assertEqual(run("check", "-c", "-", input=text % "").returncode, 1)
        self.assertEqual(run("check", "-c", "-", input=text % ", severity: degraded").returncode, 0)
        self.assertEqual(run("check", "-c", "-", "--format", "nagios", input=text % "").returncode, 2)
        self.assertEqual(run("check", "-c", "-", "go", input=text % "").returncode, 2)


unittest.main(verbosity=2)  # shows the reasons of skips
