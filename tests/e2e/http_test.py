"""The endpoints as clients use them: kubelet, Prometheus, curl, and clients that send garbage."""
import socket
import threading
import time

import harness

CONFIG = """
server: {drain_delay: 0s, token: {env: TELLTALE_TEST_TOKEN}}
checks:
  - {name: root, type: disk, path: /, warn: 100%, fail: 100%, inodes: {fail: 100%}, gates: [startup, ready]}
  - {name: nowhere, type: marker, path: /nowhere/marker, severity: degraded}
"""
SECRET = "a-planted-secret"


class Http(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.sidecar = self.start(CONFIG, env={"TELLTALE_TEST_TOKEN": SECRET})
        self.sidecar.wait_status("/ready", 200)

    def raw(self, data, timeout=20):
        """Sends bytes, returns the response until the server closes (b'' without a response)."""
        with socket.create_connection(("127.0.0.1", self.sidecar.port), timeout=timeout) as s:
            s.sendall(data)
            received = b""
            try:
                while chunk := s.recv(65536):
                    received += chunk
            except ConnectionResetError:
                pass
            return received

    def test_every_alias_responds_like_its_path(self):
        for paths in (["/health", "/healthz", "/livez", "/health/live"], ["/ready", "/readyz", "/health/ready"],
                      ["/startup", "/startupz", "/health/startup"]):
            bodies = [self.sidecar.get(p).json["checks"].keys() for p in paths]
            self.assertTrue(all(b == bodies[0] for b in bodies), paths)

    def test_the_default_is_health_json_and_text_is_available(self):
        answer = self.sidecar.get("/ready", Accept="*/*")
        self.assertEqual(answer.headers["content-type"], "application/health+json")
        self.assertEqual(answer.json["status"], "warn")
        self.assertEqual(answer.headers["cache-control"], "no-store")
        text = self.sidecar.get("/ready", Accept="text/plain")
        self.assertIn("[+]root ok", text.text)
        self.assertIn("nowhere fail missing: ", text.text)
        self.assertEqual(self.sidecar.get("/ready?verbose").text, text.text)
        without = self.sidecar.get("/ready?exclude=nowhere").json
        self.assertEqual(without["status"], "pass")

    def test_head_has_the_length_of_get_and_no_body(self):
        for path in ("/health", "/ready", "/startup", "/metrics", "/checks", "/checks/root", "/nowhere"):
            head = self.sidecar.ask("HEAD", path)
            self.assertEqual(head.body, b"")
            self.assertEqual(head.status, self.sidecar.get(path).status)
            self.assertGreater(int(head.headers["content-length"]), 0)

    def test_the_root_is_the_gate_ready_for_load_balancers_and_help_for_people(self):
        self.assertEqual(self.sidecar.get("/").json, self.sidecar.get("/ready").json)
        self.assertIn("/checks/NAME", self.sidecar.get("/?help").text)
        self.assertIn("/checks/NAME", self.sidecar.get("/", Accept="text/html,*/*;q=0.8").text)
        red = self.start("checks: [{name: gone, type: marker, path: /nowhere/marker}]\n")
        red.wait_check("gone", "fail")
        self.assertEqual(red.get("/").status, 503)
        self.assertEqual(red.get("/", Accept="text/html,*/*;q=0.8").status, 200)

    def test_options_as_sent_by_haproxy(self):
        answer = self.raw(b"OPTIONS / HTTP/1.0\r\n\r\n")
        self.assertTrue(answer.startswith(b"HTTP/1.1 204 No Content\r\n"), answer)
        self.assertIn(b"\r\nAllow: GET, HEAD, OPTIONS\r\n", answer)
        self.assertTrue(answer.endswith(b"\r\n\r\n"))
        self.assertNotIn(b"Content-Length", answer)
        red = self.start("checks: [{name: gone, type: marker, path: /nowhere/marker}]\n")
        red.wait_check("gone", "fail")
        refused = red.ask("OPTIONS", "/")
        self.assertEqual((refused.status, refused.headers["allow"]), (503, "GET, HEAD, OPTIONS"))
        self.assertEqual(red.ask("OPTIONS", "/metrics").status, 204)
        self.assertEqual(red.ask("OPTIONS", "/nowhere").status, 404)

    def test_checks_can_be_selected_as_a_gate(self):
        for path, status in (("/checks/nowhere", 200), ("/checks/nowhere?gate", 503), ("/checks/root?gate", 200),
                             ("/ready?only=root", 200), ("/ready?only=nowhere", 200), ("/ready?only=rot", 503),
                             ("/live?only=root", 404), ("/health?only=root", 503)):
            self.assertEqual(self.sidecar.get(path).status, status, path)
        self.assertEqual(self.sidecar.get("/ready?only=root").json["status"], "pass")
        self.assertIn("no check of gate ready is named rot", self.sidecar.get("/ready?only=rot&verbose").text)

    def test_unknown_paths_and_methods_get_advice(self):
        answer = self.sidecar.get("/raedy")
        self.assertEqual(answer.status, 404)
        self.assertIn("/ready", answer.text)
        answer = self.sidecar.ask("DELETE", "/ready")
        self.assertEqual(answer.status, 405)
        self.assertEqual(answer.headers["allow"], "GET, HEAD, OPTIONS")
        self.assertEqual(self.sidecar.get("/checks/nobody").status, 404)

    def test_prometheus_gets_the_requested_format(self):
        answer = self.sidecar.get("/metrics")
        self.assertEqual(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8")
        for metric in ('telltale_check_up{check="root",check_type="disk"} 1',
                       'telltale_gate_up{gate="ready"} 1', 'telltale_disk_used_ratio{check="root"}',
                       "telltale_check_runs_total", "telltale_check_duration_seconds_bucket", "telltale_build_info",
                       "process_resident_memory_bytes", "telltale_workers{", "telltale_event_loop_lag_seconds"):
            self.assertIn(metric, answer.text)
        answer = self.sidecar.get("/metrics", Accept="application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
        self.assertEqual(answer.headers["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8")
        self.assertTrue(answer.text.endswith("# EOF\n"))
        packed = self.sidecar.get("/metrics", Accept_Encoding="gzip")
        self.assertEqual(packed.headers["content-encoding"], "gzip")
        import gzip
        self.assertIn(b"telltale_check_up", gzip.decompress(packed.body))

    def test_garbage_is_refused_and_the_connection_closed(self):
        for data, status in [
            (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"400"),
            (b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
            (b"GET /ready HTTP/1.1\r\n\r\n", b"400"),
            (b"GET /ready HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"400"),
            (b"POST /ready HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", b"413"),
            (b"GET /ready HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"413"),
            (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", b"431"),
            (b"GET /ready HTTP/1.1\r\nX: " + b"a" * (1 << 20) + b"\r\n\r\n", b"431"),
            (b"GET /ready HTTP/1.1\r\nHost: a\r\n", b"408"),
        ]:
            answer = self.raw(data)
            self.assertTrue(answer.startswith(b"HTTP/1.1 " + status), (data[:60], answer[:80]))
            self.assertIn(b"Connection: close", answer)
        self.assertEqual(self.sidecar.get("/health").status, 200)

    def test_an_incomplete_request_delays_no_other_client(self):
        with socket.create_connection(("127.0.0.1", self.sidecar.port)) as silent:
            silent.sendall(b"GET /rea")
            for _ in range(20):
                self.assertEqual(self.sidecar.get("/health").status, 200)

    def test_pipelined_requests_are_answered_in_order(self):
        one = b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
        two = b"GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        answer = self.raw(one + one + two)
        statuses = [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]]
        self.assertEqual(statuses, [b"200", b"200", b"404"])

    def test_a_planted_secret_is_never_shown(self):
        seen = "".join(self.sidecar.get(p).text for p in ("/ready", "/checks", "/checks/root", "/metrics", "/raedy"))
        self.sidecar.ask("GET", "/checks", {"Authorization": f"Bearer {SECRET}"})
        self.assertNotIn(SECRET, seen + "".join(self.sidecar.raw))

    def test_many_connections_at_once_are_served(self):
        failures = []

        def client():
            for _ in range(20):
                if self.sidecar.get("/health").status != 200:
                    failures.append(1)
        threads = [threading.Thread(target=client) for _ in range(20)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(failures, [])


if __name__ == "__main__":
    harness.main()
