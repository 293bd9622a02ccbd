#!/usr/bin/python3
"""A null value removes a default: the chart renders without it, or fails with a message that names the value."""
import os
import pathlib
import tempfile
import unittest

import yaml

import helm
import manifests

DEFAULTS = manifests.documents((helm.CHART / "values.yaml").read_text())[0]
EVERYTHING = helm.CHART / "ci" / "everything-values.yaml"
HELM = (helm.releases() or [None])[-1]


def paths(values, above=()):
    """The path of every value that has a default, maps included."""
    for key, value in values.items():
        yield (*above, key)
        if isinstance(value, dict):
            yield from paths(value, (*above, key))


def at(path, value):
    return at(path[:-1], {path[-1]: value}) if path else value


def nothings(manifest, where=""):
    """The paths of a manifest where a field has no value."""
    if isinstance(manifest, dict):
        for key, value in manifest.items():
            yield from nothings(value, f"{where}.{key}")
    elif isinstance(manifest, list):
        for number, value in enumerate(manifest):
            yield from nothings(value, f"{where}[{number}]")
    elif manifest is None or "<nil>" in str(manifest):
        yield where


class Null(unittest.TestCase):
    def judged(self, values, *arguments, release=HELM):
        """The manifests, or nothing and the error message."""
        with tempfile.TemporaryDirectory(prefix="telltale-null-") as folder:
            file = pathlib.Path(folder, "values.yaml")
            file.write_text(yaml.safe_dump(values))
            done = helm.run(release, "template", "telltale", helm.CHART, "--kube-version", helm.CLUSTER, *arguments, "-f", file)
        if done.returncode:
            for raw in ("nil pointer", "error calling has", "wrong type", "incompatible types", "invalid value", "YAML parse"):
                self.assertNotIn(raw, done.stderr)
            self.assertRegex(done.stderr, r"specifications of the schema|: telltale(.pod)?: ")
            return None, done.stderr
        objects = manifests.documents(done.stdout)
        self.assertEqual([place for one in objects for place in nothings(one)], [])
        return objects, ""

    def test_every_default_may_be_null_or_is_reported_by_name(self):
        refused = set()
        for release in helm.releases():
            for path in paths(DEFAULTS):
                with self.subTest(".".join(path), helm=release):
                    objects, output = self.judged(at(path, None), "-f", EVERYTHING, release=release)
                    if objects is None:
                        self.assertRegex(output, rf"\b{path[-1]}\b|: telltale: ")
                        refused.add(".".join(path))
        self.assertLessEqual({"sidecar", "sidecar.address", "sidecar.port", "sidecar.name", "probes", "probes.startup", "probes.readiness",
                              "probes.liveness", "service", "service.type", "podMonitor", "podMonitor.interval", "serviceMonitor",
                              "prometheusRule", "dashboard", "autoscaling", "autoscaling.metric", "image", "image.repository",
                              "image.pullPolicy", "podDisruptionBudget.minAvailable"}, refused)
        # Values that are empty or off may be removed, as may fields with a default in Kubernetes.
        self.assertEqual(refused & {"nameOverride", "commonLabels", "image.tag", "sidecar.native", "sidecar.env", "sidecar.mounts",
                                    "sidecar.securityContext.runAsUser", "probes.readiness.periodSeconds", "podMonitor.enabled",
                                    "podMonitor.labels", "prometheusRule.alerts", "dashboard.labels", "demo.tolerations", "sidecar.resources.limits"}, set())

    def test_native_null_means_auto(self):
        for cluster, kind in (("1.28.0", "containers"), ("1.31.0", "initContainers")):
            objects, output = self.judged({"sidecar": {"native": None}, "demo": {"enabled": True}}, "--kube-version", cluster)
            spec = next(one for one in objects if one["kind"] == "Deployment")["spec"]["template"]["spec"]
            self.assertIn("telltale", [one["name"] for one in spec[kind]], output)

    def test_one_limit_of_a_disruption_budget_is_enough(self):
        objects, output = self.judged({"podDisruptionBudget": {"enabled": True, "minAvailable": None, "maxUnavailable": 1}})
        spec = next(one for one in objects if one["kind"] == "PodDisruptionBudget")["spec"]
        self.assertEqual((spec["maxUnavailable"], "minAvailable" in spec), (1, False), output)

    def test_an_empty_configuration_is_rejected_without_an_existing_one(self):
        for more in ({}, {"podMonitor": {"enabled": True}, "demo": {"enabled": True}}):
            with self.subTest(more):
                objects, output = self.judged({"config": None, **more})
                self.assertIn("telltale: config is empty", output)
                objects, output = self.judged({"config": None, "existingConfigMap": "of-mine", **more})
                self.assertIsNotNone(objects, output)

    def test_a_variable_without_a_value_has_none(self):
        values = {"demo": {"enabled": True}, "sidecar": {"env": [{"name": "A", "value": None}, {"name": "B", "value": "b"}]}}
        objects, output = self.judged(values)
        env = next(one for one in objects if one["kind"] == "Deployment")["spec"]["template"]["spec"]["initContainers"][0]["env"]
        self.assertEqual(env[:2], [{"name": "A"}, {"name": "B", "value": "b"}], output)

    def test_a_null_label_is_omitted(self):
        for release in helm.releases():
            for where in (("commonLabels",), ("service", "annotations"), ("podMonitor", "labels")):
                with self.subTest(where, helm=release):
                    objects, output = self.judged(at((*where, "team"), None), "-f", EVERYTHING, release=release)
                    self.assertNotIn("team", yaml.safe_dump(objects), output)

    def test_a_default_removed_by_a_parent_chart_is_reported(self):
        with tempfile.TemporaryDirectory(prefix="telltale-umbrella-") as folder:
            umbrella = pathlib.Path(folder)
            (umbrella / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 1.0.0\n")
            (umbrella / "charts").mkdir()
            os.symlink(helm.CHART, umbrella / "charts" / "telltale")
            (umbrella / "values.yaml").write_text("telltale: {sidecar: {port: null}, networkPolicy: {enabled: true}}\n")
            for release in helm.releases():
                done = helm.run(release, "template", "shop", umbrella)
                self.assertNotEqual(done.returncode, 0)
                self.assertRegex(done.stderr, "(?s)specifications of the schema.*port")


if __name__ == "__main__":
    helm.main()
