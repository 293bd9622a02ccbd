#!/usr/bin/python3
"""Alerts and dashboard: alerts fire as intended, and both use metrics that the program exports."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import yaml

import helm
import manifests

sys.path.insert(0, str(helm.ROOT / "tests" / "e2e"))
import harness  # noqa: E402

PROMTOOL = helm.tool("promtool")
HERE = pathlib.Path(__file__).parent
WORD = re.compile(r"\b((?:telltale|process)_[a-z0-9_]+)\b")
# Every measurement appears in a scrape once it has a value.
CONFIG = """
checks:
  - {name: db, type: sqlite, path: app.db}
  - {name: data, type: disk, path: ., size_limit: 1GiB}
  - {name: gone, type: marker, path: gone}
"""


def rules():
    """The chart's PrometheusRule, as a rule file."""
    objects = helm.rendered(helm.releases()[-1], "--set", "prometheusRule.enabled=true")
    return next(one["spec"] for one in objects if one["kind"] == "PrometheusRule")


def dashboard():
    objects = helm.rendered(helm.releases()[-1], "--set", "dashboard.enabled=true")
    return json.loads(next(one["data"]["telltale.json"] for one in objects if "dashboard" in one["metadata"]["name"]))


def panel_expressions():
    for panel in dashboard()["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]


@unittest.skipUnless(PROMTOOL, "no promtool; scripts/deps.sh --test brings it")
class Promtool(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="telltale-alerts-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def promtool(self, *arguments):
        done = subprocess.run([PROMTOOL, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_alerts_fire_only_under_their_condition(self):
        (self.folder / "alerts.rendered.yaml").write_text(yaml.safe_dump(rules()))
        (self.folder / "alerts_test.yaml").write_text((HERE / "alerts_test.yaml").read_text())
        self.promtool("test", "rules", "alerts_test.yaml")

    def test_every_alert_is_tested_to_fire(self):
        tests = manifests.documents((HERE / "alerts_test.yaml").read_text())[0]["tests"]
        fired = {case["alertname"] for test in tests for case in test["alert_rule_test"] if case["exp_alerts"]}
        self.assertEqual(fired, {rule["alert"] for group in rules()["groups"] for rule in group["rules"]})

    def test_the_file_is_valid_without_helm_too(self):
        self.promtool("check", "rules", str(helm.CHART / "alerts.yaml"))

    def test_every_panel_has_a_valid_query(self):
        questions = [{"record": f"panel:{number}", "expr": expression.replace("$__rate_interval", "5m")}
                     for number, (_, expression) in enumerate(panel_expressions())]
        self.assertGreater(len(questions), 20)
        (self.folder / "panels.yaml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": questions}]}))
        self.promtool("check", "rules", "panels.yaml")


class Changes(unittest.TestCase):
    def test_an_alert_can_be_changed_by_name(self):
        objects = helm.rendered(helm.releases()[-1], "-f", helm.CHART / "ci" / "alerts-values.yaml")
        rule = next(one for one in objects if one["kind"] == "PrometheusRule")
        alerts = {one["alert"]: one for group in rule["spec"]["groups"] for one in group["rules"]}
        self.assertEqual(alerts["TelltaleNotReady"]["for"], "10m")
        self.assertEqual(alerts["TelltaleNotReady"]["labels"], {"severity": "critical", "team": "shop"})
        self.assertEqual(alerts["TelltaleWalBacklog"]["expr"],
                         'telltale_sqlite_wal_backlog_bytes{job="shop", namespace="default"} > 1073741824')
        self.assertNotIn("TelltaleReadyFlapping", alerts)
        self.assertEqual(rule["metadata"]["labels"]["release"], "prometheus")


    def test_a_threshold_is_rendered_exactly(self):
        for threshold, written in (("0.5", "0.5"), ("0", "0"), ("3", "3"), ("0.000001", "0.000001"), ("1073741824", "1073741824"),
                                   ("1e12", "1000000000000"), ("12.75", "12.75"), ("1e-9", "1e-9")):
            for release in helm.releases():
                with self.subTest(threshold, helm=release):
                    objects = helm.rendered(release, "--set", "prometheusRule.enabled=true",
                                            "--set-json", f"prometheusRule.alerts.TelltaleDiskFilling.threshold={threshold}")
                    rule = next(one for one in objects if one["kind"] == "PrometheusRule")
                    expression, = [one["expr"] for group in rule["spec"]["groups"] for one in group["rules"] if one["alert"] == "TelltaleDiskFilling"]
                    self.assertRegex(expression, rf"[<>] {re.escape(written)}$")


class Metrics(harness.TestCase):
    def known(self):
        """Names of series that the program has, or declares for its measurements."""
        database = harness.Database(self, self.dir / "app.db")
        self.addCleanup(database.close)
        sidecar = self.start(CONFIG)
        sidecar.wait_check("db", "pass")
        sidecar.wait_check("data", "pass")
        sidecar.wait_check("gone", "fail")  # reasons are counted from the first failure on
        names = set(re.findall(r"(?m)^([a-z_0-9]+)[{ ]", sidecar.get("/metrics").text))
        for one in json.loads(self.run_telltale("checks", "--format", "json").stdout):
            names |= {f"telltale_{one['name']}_{measurement['name']}" for measurement in one["measurements"]}
        return names

    def test_alerts_and_panels_use_existing_metrics(self):
        known = self.known()
        asked = {name for group in rules()["groups"] for rule in group["rules"] for name in WORD.findall(rule["expr"])}
        asked |= {name for _, expression in panel_expressions() for name in WORD.findall(expression)}
        self.assertGreater(len(asked), 20)
        self.assertEqual(asked - known, set())


class Dashboard(unittest.TestCase):
    def test_panels_have_unique_names_and_positions(self):
        panels = dashboard()["panels"]
        for field in ("id", "title"):
            self.assertEqual(len({panel[field] for panel in panels}), len(panels), field)
        taken = [(x, y) for panel in panels for place in (panel["gridPos"],)
                 for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])]
        self.assertEqual(len(taken), len(set(taken)), "two panels overlap")
        self.assertLess(max(x for x, _ in taken), 24)

    def test_the_defined_variables_are_the_used_ones(self):
        used = set(re.findall(r'=~"\$(\w+)"', json.dumps([expression for _, expression in panel_expressions()]).replace("\\", "")))
        self.assertEqual(used | {"datasource"}, {variable["name"] for variable in dashboard()["templating"]["list"]})


if __name__ == "__main__":
    helm.main()
