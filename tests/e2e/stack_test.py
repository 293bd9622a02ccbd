"""A sidecar beside a real stack: everything is broken in turn, and every output reports what and why."""
import json
import os
import time

import harness

CONFIG = """
server: {{drain_delay: 0s}}
defaults: {{interval: 500ms, timeout: 400ms}}
checks:
  - {{name: db, type: sqlite, path: {dir}/app.db, writer_lock: {{warn: 500ms, fail: 1s}}, wal_backlog: {{fail: 1MiB}}}}
  - {{name: model, type: marker, path: {dir}/model.loaded, gates: [startup, ready]}}
  - {{name: updates, type: websocket, url: "ws://127.0.0.1:{port}/ws"}}
  - {{name: data, type: disk, path: {disk}}}
"""
# One interval plus the timeout, with a margin for a loaded machine; the lock has to reach its age first.
IN_TIME = 15.0 if harness.SANITIZED else 8.0


class Stack(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.database = harness.Database(self, self.dir / "app.db")
        self.database.write()
        self.websocket = harness.WebSocketServer(self)
        self.marker = self.dir / "model.loaded"
        disk = self.dir / "disk"
        try:
            harness.Tmpfs(self, disk, "1m")
            self.tmpfs = True
        except harness.unittest.SkipTest as skip:
            print(f"without a disk of our own: {skip}")
            self.tmpfs = False
        self.disk = disk
        self.sidecar = self.start(CONFIG.format(dir=self.dir, port=self.websocket.port, disk=disk))
        self.drop_marker()
        self.sidecar.wait_status("/ready", 200)

    def drop_marker(self):
        temporary = self.dir / "model.tmp"
        temporary.write_text("{}")
        os.rename(temporary, self.marker)

    def expect_failure(self, check, reason, words):
        """/ready, /checks, healthcheck and the log all contain the check, the reason and the message."""
        found = self.sidecar.wait_check(check, "fail", reason, IN_TIME)
        self.assertIn(words, found["message"])
        ready = self.sidecar.get("/ready?verbose")
        self.assertEqual(ready.status, 503)
        self.assertIn(f"[-]{check} fail {reason}: ", ready.text)
        self.assertIn(words, ready.text)
        health = self.sidecar.get("/ready").json
        self.assertEqual(health["status"], "fail")
        entries = [e for name, list_ in health["checks"].items() if name.split(":")[0] == check for e in list_]
        self.assertTrue(any(e["status"] == "fail" and words in e.get("output", "") for e in entries), entries)
        probe = self.run_telltale("healthcheck", "--url", self.sidecar.url)
        self.assertEqual(probe.returncode, 1, probe)
        self.assertIn(f"{check} fail {reason}", probe.stdout)
        metrics = self.sidecar.get("/metrics").text
        self.assertIn(f'telltale_check_up{{check="{check}"', metrics)
        self.assertRegex(metrics, rf'telltale_check_reason{{[^}}]*check="{check}"[^}}]*reason="{reason}"[^}}]*}} 1')
        self.assertRegex(metrics, r'telltale_gate_up{gate="ready"} 0')
        harness.wait_until(lambda: any(l.get("check") == check and l.get("reason") == reason and words in l["detail"]
                                       for l in self.sidecar.log), f"a log line for {check} {reason}")
        self.assertEqual(self.sidecar.get("/health").status, 200, "a dependency is no reason to be restarted")

    def expect_pass(self, check):
        self.sidecar.wait_check(check, "pass", None, IN_TIME)
        self.sidecar.wait_status("/ready", 200, IN_TIME)
        probe = self.run_telltale("healthcheck", "--url", self.sidecar.url)
        self.assertEqual(probe.returncode, 0, probe)

    def test_the_gates_turn_from_pending_to_ready(self):
        self.assertEqual(self.sidecar.get("/startup").status, 200)
        self.assertEqual(self.sidecar.get("/health").status, 200)
        first = next(l for l in self.sidecar.log if l.get("gate") == "ready")
        self.assertEqual(first["status"], "fail")

    def test_a_locked_database(self):
        self.database.sql("begin immediate")
        self.expect_failure("db", "locked", "writer lock held")
        self.database.sql("rollback")
        self.expect_pass("db")

    def test_a_backlog_behind_a_stuck_reader(self):
        reader = harness.sqlite3.connect(self.database.path, isolation_level=None)
        reader.execute("begin")
        reader.execute("select count(*) from t").fetchall()
        self.database.write(2000)
        self.expect_failure("db", "threshold", "WAL")
        reader.close()
        self.database.write(10)
        self.database.sql("pragma wal_checkpoint(truncate)")
        self.expect_pass("db")

    def test_a_database_deleted_under_the_application(self):
        self.database.path.unlink()
        self.expect_failure("db", "replaced", "deleted")

    def test_a_database_overwritten_with_garbage(self):
        self.database.close()
        self.database.path.write_bytes(os.urandom(8192))
        self.expect_failure("db", "corrupt", "SQLite")

    def test_a_removed_marker(self):
        self.marker.unlink()
        self.expect_failure("model", "missing", "model.loaded")
        self.assertEqual(self.sidecar.get("/startup").status, 503, "startup follows a critical check that failed")
        self.drop_marker()
        self.expect_pass("model")
        self.assertEqual(self.sidecar.get("/startup").status, 200)

    def test_a_stopped_websocket_endpoint(self):
        self.websocket.stop()
        self.expect_failure("updates", "refused", "refused")
        self.websocket.start()
        self.expect_pass("updates")

    def test_a_full_disk(self):
        if not self.tmpfs:
            self.skipTest("cannot mount a tmpfs here")
        ballast = self.disk / "ballast"
        ballast.write_bytes(bytes(970 * 1024))
        self.expect_failure("data", "threshold", "used")
        ballast.unlink()
        self.expect_pass("data")

    def test_nothing_is_logged_while_nothing_changes(self):
        passing = lambda: all(c["runs"] >= 2 and c["state"] == "pass" for c in self.sidecar.get("/checks").json["checks"])
        harness.wait_until(passing, "every check has run twice and passes")
        before = len(self.sidecar.log)
        runs = self.sidecar.check("db")["runs"]
        harness.wait_until(lambda: self.sidecar.check("db")["runs"] >= runs + 3, "three more runs")
        self.assertEqual(self.sidecar.log[before:], [])

    def test_a_killed_worker_is_replaced_and_its_check_recovers(self):
        # A worker may be killed between runs, when nothing is lost, or during a run, when the check reports `crashed`.
        for _ in range(3):
            for pid in harness.wait_until(self.sidecar.workers, "a worker"):
                os.kill(pid, 9)
            runs = self.sidecar.check("db")["runs"]
            harness.wait_until(lambda: self.sidecar.check("db")["runs"] > runs + 1, "the check runs again")
        self.expect_pass("db")


if __name__ == "__main__":
    harness.main()
