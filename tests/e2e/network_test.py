"""Names, certificates, listeners and client classes: all network functions on both sides of the sidecar."""
import http.client
import os
import pathlib
import socket
import ssl
import subprocess
import time
import unittest

import harness
from authority import Authority
from harness import ask, ask_unix

FAST = "server: {drain_delay: 0s}\ndefaults: {interval: 2s, timeout: 1900ms, failing_interval: 1s}\nchecks:\n"
# A TLS handshake may be slow on a busy machine.
PATIENT = "server: {drain_delay: 0s}\ndefaults: {interval: 6s, timeout: 5s, failing_interval: 1s}\nchecks:\n"
ROOT = "  - {name: root, type: disk, path: /, warn: 100%, fail: 100%, inodes: {fail: 100%}}\n"
SECRET = "a-planted-secret"


def websocket(name, url, **settings):
    more = "".join(f", {k}: {v}" for k, v in settings.items())
    return f'  - {{name: {name}, type: websocket, url: "{url}"{more}}}\n'


class Names(harness.TestCase):
    def expect_root_on_schedule(self, check, log, runs=4):
        """The disk check continues and is never late, crashed or failing."""
        before = check()["runs"]
        harness.wait_until(lambda: check()["runs"] >= before + runs, f"{runs} more runs")
        self.assertEqual([l for l in log if l.get("check") == "root" and l.get("reason") not in ("ok", "pending")], [])

    def test_a_name_resolves(self):
        server = harness.WebSocketServer(self)
        sidecar = self.start(PATIENT + websocket("ws", f"ws://localhost:{server.port}/", send="hello", expect="hello"))
        found = sidecar.wait_check("ws", "pass", "ok")
        self.assertIn("resolve_seconds", str(found))

    def test_an_unknown_name_has_the_reason_dns_and_delays_no_other_check(self):
        began = time.monotonic()
        try:
            socket.getaddrinfo("nosuch.invalid", 80)
            self.skipTest("the resolver of this machine answers for nosuch.invalid")
        except socket.gaierror:
            if time.monotonic() - began > 3:
                self.skipTest("the resolver of this machine does not answer")
        sidecar = self.start(FAST + ROOT + websocket("ws", "ws://nosuch.invalid:8000/", timeout="4s", interval="5s"))
        found = sidecar.wait_check("ws", "fail", "dns")
        self.assertIn("nosuch.invalid does not resolve", found["message"])
        self.assertEqual(sidecar.get("/ready").status, 503)
        self.expect_root_on_schedule(lambda: sidecar.check("root"), sidecar.log)


class Certificates(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.dir)

    def found(self, files, state, reason, host="localhost", **settings):
        server = harness.WebSocketServer(self, *files)
        sidecar = self.start(PATIENT + websocket("ws", f"wss://{host}:{server.port}/", **settings))
        found = sidecar.wait_check("ws", state, reason)
        sidecar.end()
        return found

    def test_a_certificate_of_the_right_authority(self):
        files = self.authority.issue("good")
        for host in ("localhost", "127.0.0.1"):
            self.found(files, "pass", "ok", host, ca_file=self.authority.cert)

    def test_each_invalid_certificate_has_the_reason_tls_and_its_own_message(self):
        good, expired = self.authority.issue("good"), self.authority.issue("expired", days=-1)
        other = self.authority.issue("other", hosts="DNS:other.test")
        alone = self.authority.self_signed("alone")
        trusted = {"ca_file": self.authority.cert}
        for files, settings, words in (
            (good, {}, "authority"), (expired, trusted, "expired"), (other, trusted, "is not for localhost"),
            (alone, trusted, "self-signed"), (good, {**trusted, "server_name": "else.test"}, "is not for else.test"),
        ):
            found = self.found(files, "fail", "tls", **settings)
            self.assertIn(words, found["message"])

    def test_options_that_accept_other_certificates(self):
        other = self.authority.issue("other", hosts="DNS:other.test")
        alone = self.authority.self_signed("alone")
        self.found(other, "pass", "ok", ca_file=self.authority.cert, server_name="other.test")
        self.found(alone, "pass", "ok", ca_file=alone[0])
        self.found(alone, "pass", "ok", insecure="true")

    def test_the_age_of_a_certificate_has_a_limit(self):
        files = self.authority.issue("good", days=2)
        found = self.found(files, "fail", "threshold", ca_file=self.authority.cert, certificate="{fail: 240h}")
        self.assertIn("expires", found["message"])

    def test_a_server_without_tls(self):
        found = self.found((), "fail", "tls")
        self.assertIn("speaks plain HTTP on this port", found["message"])


class Listeners(harness.TestCase):
    def test_tls_with_and_without_verification(self):
        authority = Authority(self.dir)
        cert, key = authority.issue("good")
        sidecar = self.start(f"server: {{drain_delay: 0s, tls: {{cert: {cert}, key: {key}}}}}\nchecks:\n" + ROOT)
        context = ssl.create_default_context(cafile=authority.cert)

        def get(target):
            return ask(http.client.HTTPSConnection("127.0.0.1", sidecar.port, timeout=20, context=context), target)
        harness.wait_until(lambda: get("/ready").status == 200, "ready over TLS")
        self.assertEqual(get("/checks").json["checks"][0]["name"], "root")

        connection = http.client.HTTPSConnection("localhost", sidecar.port, timeout=20, context=context)
        for _ in range(3):  # one connection, several requests
            connection.request("GET", "/health")
            self.assertEqual(harness.Answer(connection.getresponse()).status, 200)
        self.assertGreaterEqual(connection.sock.version(), "TLSv1.2")
        connection.close()

        with self.assertRaises((http.client.HTTPException, OSError)):
            sidecar.get("/health")  # without TLS
        for command in ("healthcheck", "wait"):
            done = self.run_telltale(command, "--timeout", "20s", "--url", f"https://127.0.0.1:{sidecar.port}")
            self.assertEqual(done.returncode, 0, done)
        done = self.run_telltale("healthcheck", "--timeout", "20s", "--url", f"http://127.0.0.1:{sidecar.port}")
        self.assertEqual(done.returncode, 1, done)
        self.assertEqual(get("/health").status, 200)

    def test_garbage_and_silence_before_the_handshake_delay_no_other_client(self):
        authority = Authority(self.dir)
        cert, key = authority.issue("good")
        sidecar = self.start(f"server: {{drain_delay: 0s, tls: {{cert: {cert}, key: {key}}}}}\nchecks:\n" + ROOT)
        context = ssl.create_default_context(cafile=authority.cert)
        silent = [socket.create_connection(("127.0.0.1", sidecar.port)) for _ in range(20)]
        for peer in silent:
            self.addCleanup(peer.close)
        for garbage in (os.urandom(4096), b"\x16\x03\x01\xff\xff" + bytes(100), b"GET / HTTP/1.1\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", sidecar.port), timeout=20) as peer:
                peer.sendall(garbage)
                try:
                    while peer.recv(4096):
                        pass
                except ConnectionResetError:
                    pass
        answer = ask(http.client.HTTPSConnection("127.0.0.1", sidecar.port, timeout=20, context=context), "/health")
        self.assertEqual(answer.status, 200)
        for peer in silent:  # the handshake has a deadline
            peer.settimeout(harness.PATIENCE)
            self.assertEqual(peer.recv(1), b"")

    def test_tcp_and_unix_at_once(self):
        path = self.dir / "telltale.sock"
        sidecar = self.start("server: {drain_delay: 0s}\nchecks:\n" + ROOT, listen=["127.0.0.1:0", f"unix:{path}"])
        sidecar.wait_status("/ready", 200)
        self.assertEqual(sidecar.addresses[1], f"unix:{path}")
        answer = ask_unix(path, "/ready?verbose")
        self.assertEqual((answer.status, "[+]root ok" in answer.text), (200, True))
        sidecar.end()
        self.assertFalse(path.exists(), "the socket goes with the sidecar")

    def test_the_addresses_of_the_configuration(self):
        paths = [self.dir / "one.sock", self.dir / "two.sock"]
        config = self.dir / "two.yaml"
        config.write_text(f"server: {{listen: ['unix:{paths[0]}', 'unix:{paths[1]}']}}\nchecks:\n" + ROOT)
        process = subprocess.Popen([harness.TELLTALE, "-c", config], stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait, 30)
        self.addCleanup(process.terminate)
        for path in paths:
            harness.wait_until(path.exists, f"{path} is there")
            self.assertEqual(ask_unix(path, "/health").status, 200)

    def test_a_socket_left_by_a_killed_sidecar_is_replaced_and_one_in_use_is_not(self):
        path = self.dir / "telltale.sock"
        config = "server: {drain_delay: 0s}\nchecks:\n" + ROOT
        first = self.start(config, listen=f"unix:{path}")
        refused = self.run_telltale("serve", "-c", str(first.config), "--listen", f"unix:{path}")
        self.assertEqual(refused.returncode, 2, refused)
        self.assertIn("telltale.sock", refused.stderr)
        self.assertEqual(ask_unix(path, "/health").status, 200)
        first.process.kill()
        first.process.wait()
        self.assertTrue(path.exists())
        self.start(config, listen=f"unix:{path}")
        self.assertEqual(ask_unix(path, "/health").status, 200)


def own_address():
    """An address of this machine other than loopback; connections to it never leave the machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(("192.0.2.1", 9))  # selects the route, sends nothing
            address = s.getsockname()[0]
        except OSError as error:
            raise unittest.SkipTest(f"this machine has no address besides loopback: {error}")
    if address.startswith("127."):
        raise unittest.SkipTest("this machine has no address besides loopback")
    return address


class ClientClasses(harness.TestCase):
    """What a client sees that is neither on loopback nor has the token."""

    def begin(self, details, token=True):
        self.outside = own_address()
        words = ", token: {env: TELLTALE_TEST_TOKEN}" if token else ""
        self.path = "/nowhere/model"
        self.sidecar = self.start(
            f"server: {{drain_delay: 0s, details: {details}{words}}}\nchecks:\n{ROOT}"
            f"  - {{name: model, type: marker, path: {self.path}}}\n",
            listen=["127.0.0.1:0", f"{self.outside}:0"], env={"TELLTALE_TEST_TOKEN": SECRET})
        self.port = int(self.sidecar.addresses[1].rsplit(":", 1)[1])
        self.sidecar.wait_check("model", "fail", "missing")
        self.sidecar.wait_check("root", "pass", "ok")

    def get(self, target, **headers):
        return ask(http.client.HTTPConnection(self.outside, self.port, timeout=20), target, **headers)

    def expect_everything(self, get):
        self.assertIn(f"[-]model fail missing: {self.path} does not exist", get("/ready?verbose").text)
        self.assertIn(self.path, get("/ready").text)
        self.assertEqual(get("/checks").status, 200)
        self.assertIn(self.path, get("/checks/model").text)

    def expect_trusted_clients_see_everything(self):
        self.expect_everything(self.sidecar.get)
        self.expect_everything(lambda target: self.get(target, Authorization=f"Bearer {SECRET}"))

    def test_none_shows_the_verdict_only(self):
        self.begin("none")
        for target in ("/ready", "/ready?verbose"):
            answer = self.get(target)
            self.assertEqual(answer.status, 503)
            for word in ("model", "root", "missing", self.path):
                self.assertNotIn(word, answer.text)
        self.assertEqual(self.get("/health").status, 200)
        self.assertEqual(self.get("/ready").json["status"], "fail")
        for target in ("/checks", "/checks/model", "/checks/nobody"):
            for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {SECRET}"}):
                answer = self.get(target, **headers)
                self.assertEqual(answer.status, 401, answer.text)
                self.assertTrue(answer.headers["www-authenticate"].startswith("Bearer"))
                self.assertNotIn("model", answer.text)
        self.expect_trusted_clients_see_everything()

    def test_none_without_a_token_gives_no_access(self):
        self.begin("none", token=False)
        self.assertEqual(self.get("/checks").status, 403)
        self.assertEqual(self.get("/checks", Authorization="Bearer ").status, 403)
        self.expect_everything(self.sidecar.get)

    def test_names_shows_checks_and_reasons_but_no_messages(self):
        self.begin("names")
        answer = self.get("/ready?verbose")
        self.assertEqual(answer.status, 503)
        self.assertIn("[-]model fail missing", answer.text)
        for target in ("/ready", "/ready?verbose", "/checks", "/checks/model"):
            text = self.get(target).text
            self.assertIn("model", text)
            self.assertNotIn(self.path, text)
        self.expect_trusted_clients_see_everything()

    def test_full_shows_everything(self):
        self.begin("full")
        self.expect_everything(self.get)
        self.assertEqual(self.get("/ready").status, 503)

    def test_the_token_is_never_shown(self):
        self.begin("full")
        seen = "".join(self.get(t).text for t in ("/ready", "/checks", "/checks/model", "/metrics", "/nowhere"))
        seen += self.get("/checks", Authorization="Bearer wrong").text
        self.assertNotIn(SECRET, seen + "".join(self.sidecar.raw))


class Connections(harness.TestCase):
    def test_open_sockets_of_the_application_return_to_their_baseline(self):
        server = harness.WebSocketServer(self)
        descriptors = pathlib.Path(f"/proc/{server.process.pid}/fd")
        baseline = len(list(descriptors.iterdir()))
        sidecar = self.start("server: {drain_delay: 0s}\ndefaults: {interval: 200ms, timeout: 190ms}\nchecks:\n" + "".join(
            websocket(f"ws{i}", f"ws://127.0.0.1:{server.port}/") for i in range(4)))
        ours = pathlib.Path(f"/proc/{sidecar.process.pid}/fd")
        most = 0

        def enough():
            nonlocal most
            most = max(most, len(list(descriptors.iterdir())) - baseline)
            return min(c["runs"] for c in sidecar.get("/checks").json["checks"]) >= 50
        harness.wait_until(enough, "50 runs of each", 2 * harness.PATIENCE)
        self.assertLessEqual(most, 20, "connections pile up at the application")
        self.assertLess(len(list(ours.iterdir())), 40)
        sidecar.end()
        harness.wait_until(lambda: len(list(descriptors.iterdir())) == baseline, "the application has no connection left")


if __name__ == "__main__":
    harness.main()
