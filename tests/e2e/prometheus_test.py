"""The prometheus check of the real program: the recipes of docs/prometheus.md against pages as their exporters send
them, and its own metrics page."""
import http.server
import os
import pathlib
import re
import threading
import unittest

import yaml

import harness

SOURCE = pathlib.Path(os.environ["TELLTALE_SOURCE"])
PAGES = SOURCE / "tests/fuzz/corpus/metrics_page"
FAST = "server: {drain_delay: 0s}\ndefaults: {interval: 2s, timeout: 1900ms, failing_interval: 1s}\n"


def recipes():
    """The checks of the last YAML block of the documentation, by name."""
    text = (SOURCE / "docs/prometheus.md").read_text()
    blocks = re.findall(r"^```yaml\n(.*?)^```$", text, re.S | re.M)
    return {check["name"]: check for check in yaml.safe_load(blocks[-1])["checks"]}


class Exporter:
    """Serves the texts of `pages` by path."""

    def __init__(self, test):
        self.pages = {}
        exporter = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = exporter.pages[self.path].encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        test.addCleanup(self.server.server_close)
        test.addCleanup(self.server.shutdown)

    def url(self, path):
        return f"http://127.0.0.1:{self.server.server_port}{path}"


class Recipes(harness.TestCase):
    # What a page of each exporter looks like is in the corpus of the fuzz target. The replacement makes the recipe fail.
    FAULTS = {
        "celery": [("video\"} 1200.0", "video\"} 5200.0", "celery_queue_length{queue_name=\"video\"} is 5200 (limit 5000)"),
                   ("celery_worker_up{", "celery_worker_down{", "count(celery_worker_up) is 0, expected >= 1")],
        "qdrant": [("collections_total 2", "collections_total 0", "collections_total is 0, expected > 0")],
        "minio": [("drive_offline_total{server=\"minio:9000\"} 0", "drive_offline_total{server=\"minio:9000\"} 1",
                   "minio_cluster_drive_offline_total{server=\"minio:9000\"} is 1, expected 0"),
                  ("4.27246735e+11", "9e+9", "free_bytes{server=\"minio:9000\"} is 9000000000 (limit 10000000000)")],
        "vllm": [("waiting{engine=\"0\",model_name=\"meta-llama/Llama-3.1-8B\"} 0.0",
                  "waiting{engine=\"0\",model_name=\"meta-llama/Llama-3.1-8B\"} 250.0",
                  "sum(vllm:num_requests_waiting) is 250 (limit 200)")],
        "triton": [("request_count{model=\"resnet\",version=\"1\"} 4", "request_count{model=\"resnet\",version=\"1\"} 500",
                    "nv_inference_pending_request_count{model=\"resnet\",version=\"1\"} is 500 (limit 500)")],
        "gpu": [("off the bus\"} 79", "off the bus\"} 79", "is 79, expected 0, the worst of 1 of 2 series"),
                ("} 41", "} 96", "max(DCGM_FI_DEV_GPU_TEMP) is 96 (limit 95)")],
        "kafka": [("kafka_brokers 3", "kafka_brokers 2", "kafka_brokers is 2, expected >= 3"),
                  ("} 70000", "} 100000", "is 100012 (limit 100000)"),
                  ("partition{partition=\"0\",topic=\"orders\"} 0", "partition{partition=\"0\",topic=\"orders\"} 1",
                   "sum(kafka_topic_partition_under_replicated_partition) is 1, expected 0")],
    }

    def run_check(self, check):
        config = self.dir / "telltale.yaml"
        config.write_text(yaml.safe_dump({"checks": [check]}, sort_keys=False))
        return self.run_telltale("check", "-c", str(config), "--format", "text")

    def test_each_recipe_passes_and_fails_as_it_says(self):
        exporter = Exporter(self)
        known = recipes()
        self.assertEqual(set(known), set(self.FAULTS))
        for name, check in known.items():
            file = "dcgm" if name == "gpu" else name
            page = (PAGES / f"valid_{file}.txt").read_text()
            if name == "gpu":
                healthy = page.replace("bus\"} 79", "bus\"} 0")
            else:
                healthy = page.replace("1200.0", "120.0").replace("70000", "700")
            check = {**check, "url": exporter.url(f"/{name}"), "severity": "critical"}  # shared ones exit with 0
            check["rate_window"] = "100ms"  # one run of `telltale check` has time for both pages
            with self.subTest(recipe=name, page="healthy"):
                exporter.pages[f"/{name}"] = healthy
                done = self.run_check(check)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            for before, after, words in self.FAULTS[name]:
                with self.subTest(recipe=name, page=after):
                    self.assertIn(before, page)
                    exporter.pages[f"/{name}"] = page.replace(before, after)
                    done = self.run_check(check)
                    self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
                    self.assertIn(words, done.stdout)


class OwnPage(harness.TestCase):
    def test_the_values_of_our_own_metrics_page(self):
        watched = self.start(FAST + "checks:\n  - {name: root, type: disk, path: /, warn: 100%, fail: 100%}\n")
        watched.wait_status("/ready", 200)
        sidecar = self.start(FAST + f"""checks:
  - name: sidecar
    type: prometheus
    url: {watched.url}/metrics
    rate_window: 500ms
    values:
      telltale_check_up{{check="root"}}: 1
      count(telltale_check_state): {{as: states, expect: "> 1"}}
      sum(rate(telltale_check_runs_total)): {{expect: "> 0", as: runs}}
      telltale_gate_up{{gate="ready"}}: 1
""")
        harness.wait_until(lambda: sidecar.check("sidecar")["measurements"].get("runs"), "a rate is known")
        found = sidecar.wait_check("sidecar", "pass", "ok")
        self.assertEqual(found["measurements"]["telltale_check_up_root"], 1)
        metrics = sidecar.get("/metrics").text
        self.assertIn('telltale_prometheus_telltale_check_up_root{check="sidecar"} 1', metrics)
        self.assertRegex(metrics, r'telltale_prometheus_runs\{check="sidecar"\} [0-9.]+\n')
        watched.end()
        self.assertIn("refused", sidecar.wait_check("sidecar", "fail", "refused")["message"])


if __name__ == "__main__":
    unittest.main()
