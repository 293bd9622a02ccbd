"""SIGHUP and `watch: true`: what changes, what stays, and that clients do not notice."""
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time

import harness

CONFIG = """
server: {{drain_delay: 0s, shutdown_timeout: 5s}}
{extra}
checks:
  - {{name: root, type: disk, path: /, warn: 100%, fail: 100%, interval: 1s, timeout: 950ms, fall: 3}}
  - {{name: model, type: marker, path: {dir}/loaded, interval: 1s, timeout: 950ms, fall: 3}}
{more}
"""


class Reload(harness.TestCase):
    def text(self, extra="", more=""):
        return CONFIG.format(dir=self.dir, extra=extra, more=more)

    def sidecar(self, **parts):
        (self.dir / "loaded").touch()
        sidecar = self.start(self.text(**parts))
        sidecar.wait_status("/ready", 200)
        return sidecar

    def metric(self, sidecar, name):
        return float(re.search(rf"^{name} (\S+)$", sidecar.get("/metrics").text, re.M)[1])

    def runs(self, sidecar, check):
        return float(re.search(rf'^telltale_check_runs_total{{[^}}]*"{check}"[^}}]*}} (\S+)$',
                               sidecar.get("/metrics").text, re.M)[1])

    def lines(self, sidecar, start):
        return [l for l in list(sidecar.log) if l["msg"].startswith(start)]

    def reload(self, sidecar, text, expect="reloaded"):
        """Replaces the file as an editor does, and waits for the log line with the result."""
        before = len(self.lines(sidecar, expect))
        new = sidecar.config.with_suffix(".new")
        new.write_text(text)
        os.replace(new, sidecar.config)
        sidecar.process.send_signal(signal.SIGHUP)
        harness.wait_until(lambda: len(self.lines(sidecar, expect)) > before, expect)
        return self.lines(sidecar, expect)[-1]

    def test_a_new_configuration_is_applied_and_kept_checks_continue(self):
        sidecar = self.sidecar()
        address, hash_before = sidecar.address, self.metric(sidecar, "telltale_config_hash")
        harness.wait_until(lambda: self.runs(sidecar, "root") > 3, "some runs")
        line = self.reload(sidecar, self.text(more=f"  - {{name: extra, type: marker, path: {self.dir}/extra}}\n"))
        self.assertEqual((line["checks"], line["kept"], line["new"], line["gone"]), (3, 2, 1, 0))
        self.assertGreater(self.runs(sidecar, "root"), 3, "the history went on")
        self.assertEqual(sidecar.check("root")["state"], "pass", "never pending")
        sidecar.wait_check("extra", "fail", "missing")
        self.assertEqual(sidecar.get("/ready").status, 503)
        self.assertNotEqual(self.metric(sidecar, "telltale_config_hash"), hash_before)
        self.assertEqual(self.metric(sidecar, "telltale_config_last_reload_successful"), 1)
        self.assertAlmostEqual(self.metric(sidecar, "telltale_config_last_reload_timestamp_seconds"), time.time(),
                               delta=30)
        line = self.reload(sidecar, self.text())
        self.assertEqual(line["gone"], 1)
        sidecar.wait_status("/ready", 200)
        self.assertEqual(sidecar.get("/checks/extra").status, 404)
        self.assertEqual(sidecar.address, address)
        self.assertEqual(self.metric(sidecar, "telltale_config_hash"), hash_before)

    def test_an_invalid_configuration_is_rejected_with_its_location_and_the_old_one_stays(self):
        sidecar = self.sidecar()
        hash_before = self.metric(sidecar, "telltale_config_hash")
        line = self.reload(sidecar, self.text(more="  - {name: x, type: dsik, path: /}\n"), "not reloaded")
        self.assertEqual(line["level"], "error")
        self.assertIn("dsik", line["error"])
        self.assertRegex(line["error"], r"telltale\.yaml:\d+:\d+: ")
        self.assertEqual(self.metric(sidecar, "telltale_config_last_reload_successful"), 0)
        self.assertEqual(self.metric(sidecar, "telltale_config_hash"), hash_before)
        sidecar.config.unlink()
        sidecar.process.send_signal(signal.SIGHUP)
        harness.wait_until(lambda: len(self.lines(sidecar, "not reloaded")) == 2, "the missing file is told")
        runs = self.runs(sidecar, "root")
        harness.wait_until(lambda: self.runs(sidecar, "root") > runs, "the old checks go on")
        self.assertEqual(sidecar.get("/ready").status, 200)
        self.reload(sidecar, self.text())
        self.assertEqual(self.metric(sidecar, "telltale_config_last_reload_successful"), 1)

    def test_listeners_are_not_changed_and_each_reload_logs_that(self):
        (self.dir / "loaded").touch()
        text = self.text().replace("shutdown_timeout: 5s", f"shutdown_timeout: 5s, listen: 'unix:{self.dir}/s'")
        sidecar = self.start(text, listen=None)
        ready = lambda: harness.ask_unix(self.dir / "s", "/ready").status == 200
        harness.wait_until(ready, "ready")
        self.reload(sidecar, text)
        self.assertFalse(self.lines(sidecar, "server.listen"), "nothing to say")
        for round in (1, 2):
            self.reload(sidecar, text.replace(f"{self.dir}/s", f"{self.dir}/other"))
            harness.wait_until(lambda: len(self.lines(sidecar, "server.listen")) == round, "a warning")
        self.assertFalse((self.dir / "other").exists())
        self.assertTrue(ready())
        self.reload(sidecar, text)
        self.assertTrue(ready())
        self.assertEqual(len(self.lines(sidecar, "server.listen")), 2)

    def test_standard_input_cannot_be_read_twice(self):
        (self.dir / "loaded").touch()
        process = subprocess.Popen([harness.TELLTALE, "serve", "-c", "-", "--listen", "127.0.0.1:0"],
                                   stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        process.stdin.write(self.text())
        process.stdin.close()
        self.assertTrue(any('"listening"' in line for line in process.stderr))
        process.send_signal(signal.SIGHUP)
        self.assertTrue(any("not reloaded" in line and "standard input" in line for line in process.stderr))
        process.terminate()
        process.stderr.read()
        process.stderr.close()
        self.assertEqual(process.wait(harness.PATIENCE), 0)

    def test_a_watched_configmap_is_applied_when_its_link_is_swapped(self):
        (self.dir / "loaded").touch()
        for version in ("v1", "v2"):
            (self.dir / version).mkdir()
        (self.dir / "..data").symlink_to("v1")
        (self.dir / "telltale.yaml").symlink_to("..data/config.yaml")
        more = f"  - {{name: extra, type: marker, path: {self.dir}/loaded}}\n"
        (self.dir / "v2" / "config.yaml").write_text(self.text("watch: true", more))
        sidecar = self.start(self.text("watch: true"))
        sidecar.wait_status("/ready", 200)
        (self.dir / "..new").symlink_to("v2")
        os.replace(self.dir / "..new", self.dir / "..data")
        harness.wait_until(lambda: self.lines(sidecar, "reloaded"), "the new text is taken")
        sidecar.wait_check("extra", "pass")
        self.assertEqual(self.lines(sidecar, "reloaded")[-1]["kept"], 2)
        sidecar.config.resolve().write_text("checks: [")
        harness.wait_until(lambda: self.lines(sidecar, "not reloaded"), "the broken text is refused")
        time.sleep(6)
        self.assertEqual(len(self.lines(sidecar, "not reloaded")), 1, "and told once")

    def test_1000_reloads_under_load_drop_no_request_and_leak_nothing(self):
        rounds = 100 if harness.SANITIZED else 1000
        sidecar = self.sidecar()
        texts = [self.text(), self.text(more="  - {name: extra, type: disk, path: /tmp, gates: [startup]}\n")]
        stop, failures, asked = threading.Event(), [], [0, 0]

        def client(number, fresh):
            connection = None
            while not stop.is_set():
                try:
                    if connection is None or fresh:
                        if connection:
                            connection.close()
                        connection = http.client.HTTPConnection("127.0.0.1", sidecar.port, timeout=10)
                    connection.request("GET", "/ready")
                    answer = connection.getresponse()
                    body = answer.read()
                    if answer.status != 200:
                        failures.append(body)
                    if answer.getheader("Connection", "").lower() == "close":
                        connection.close()
                        connection = None
                except (OSError, http.client.HTTPException) as error:
                    failures.append(repr(error))
                    connection = None
                asked[number] += 1
                time.sleep(0.001)
            if connection:
                connection.close()

        clients = [threading.Thread(target=client, args=(i, i == 0)) for i in range(2)]
        files = lambda: len(os.listdir(f"/proc/{sidecar.process.pid}/fd"))
        tasks = pathlib.Path(f"/proc/{sidecar.process.pid}/task/{sidecar.process.pid}/children")
        children = lambda: tasks.read_text().split()
        self.reload(sidecar, texts[1])
        files_before = files()
        for c in clients:
            c.start()
        try:
            for i in range(rounds):
                self.reload(sidecar, texts[i % 2])
        finally:
            stop.set()
            for c in clients:
                c.join()
        self.assertEqual(failures, [], f"of {asked} requests")
        self.assertGreater(min(asked), rounds / 2)
        harness.wait_until(lambda: files() <= files_before + 4, "no descriptor is left")  # idle workers come and go
        harness.wait_until(lambda: len(children()) <= 4, "no process is left")
        print(f"{rounds} reloads, {sum(asked)} requests, 0 dropped; descriptors {files_before} -> {files()}")

    def test_a_fifo_in_its_place_does_not_hang_the_program(self):
        sidecar = self.sidecar()
        sidecar.config.unlink()
        os.mkfifo(sidecar.config)
        sidecar.process.send_signal(signal.SIGHUP)
        harness.wait_until(lambda: self.lines(sidecar, "not reloaded"), "the FIFO is refused")
        self.assertIn("a FIFO", json.dumps(self.lines(sidecar, "not reloaded")[-1]))
        self.assertEqual(sidecar.get("/ready").status, 200)


if __name__ == "__main__":
    harness.main()
