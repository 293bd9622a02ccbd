#!/usr/bin/python3
"""The chart renders, with every Helm in use and every toggle, what Kubernetes accepts."""
import os
import subprocess
import tempfile
import unittest

import helm
import manifests
import rules

TELLTALE = os.environ["TELLTALE"]
VALUE_SETS = sorted((helm.CHART / "ci").glob("*-values.yaml")) + [helm.CHART / "demo.yaml"]
HELMS = helm.releases()
HELM = HELMS[-1] if HELMS else None
TOGGLES = {
    "service": {("Service", "telltale")},
    "podMonitor": {("PodMonitor", "telltale")},
    "prometheusRule": {("PrometheusRule", "telltale")},
    "dashboard": {("ConfigMap", "telltale-dashboard")},
    "networkPolicy": {("NetworkPolicy", "telltale")},
    "podDisruptionBudget": {("PodDisruptionBudget", "telltale")},
    "demo": {("Deployment", "telltale-demo")},
    "demo.job": {("Job", "telltale-demo")},
}


def values_of(path):
    return manifests.documents(path.read_text()) or [{}]


def names(objects):
    return {(one["kind"], one["metadata"]["name"]) for one in objects}


def pod(objects, kind="Deployment"):
    return next(one["spec"]["template"] for one in objects if one["kind"] == kind)


class ValueSets(unittest.TestCase):
    def each(self):
        for path in VALUE_SETS:
            with self.subTest(path.stem):
                yield path

    def test_there_are_enough(self):
        self.assertGreaterEqual(len(VALUE_SETS), 12)
        self.assertEqual(len(HELMS), 2, f"both major versions of Helm; found {HELMS}")

    def test_lint_is_strict_and_content(self):
        for release in HELMS:
            for path in self.each():
                done = helm.run(release, "lint", "--strict", helm.CHART, "-f", path, "--kube-version", helm.CLUSTER)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_output_is_the_same_twice_and_from_every_helm(self):
        for path in self.each():
            texts = [helm.template(release, "-f", path) for release in HELMS]
            self.assertEqual(texts[0], helm.template(HELMS[0], "-f", path))
            for text in texts[1:]:
                self.assertEqual(manifests.documents(texts[0]), manifests.documents(text))

    def test_kubernetes_accepts_every_manifest(self):
        folder = manifests.schema_folder()
        if not folder:
            self.skipTest("no Kubernetes schemas: set TELLTALE_K8S_SCHEMAS (see tests/chart/manifests.py)")
        schemas = manifests.Schemas(folder)
        count = 0
        for path in self.each():
            for manifest in helm.rendered(HELM, "-f", path):
                self.assertEqual(schemas.errors(manifest), [])
                count += 1
        print(f"{count} manifests of {len(VALUE_SETS)} value sets, Kubernetes {schemas.version}")

    def test_nothing_points_to_nothing(self):
        for path in self.each():
            objects = helm.rendered(HELM, "-f", path)
            self.assertEqual(list(rules.broken_references(objects, provided=["of-mine"])), [])

    def test_every_pod_is_restricted(self):
        seen = 0
        for path in self.each():
            objects = helm.rendered(HELM, "-f", path)
            self.assertEqual(list(rules.not_restricted(objects)), [])
            seen += len(list(rules.pods(objects)))
        self.assertGreaterEqual(seen, 12)

    def test_the_program_accepts_every_configuration(self):
        seen = 0
        for path in self.each():
            for one in helm.rendered(HELM, "-f", path):
                if one["kind"] == "ConfigMap" and "telltale.yaml" in one["data"]:
                    done = subprocess.run([TELLTALE, "validate", "-"], input=one["data"]["telltale.yaml"], text=True,
                                          capture_output=True)
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                    seen += 1
        self.assertGreaterEqual(seen, 12)


class Toggles(unittest.TestCase):
    def test_each_adds_its_own_objects_and_no_others(self):
        plain = names(helm.rendered(HELM))
        self.assertEqual(plain, {("ConfigMap", "telltale")})
        for toggle, added in TOGGLES.items():
            with self.subTest(toggle):
                self.assertEqual(names(helm.rendered(HELM, "--set", f"{toggle}.enabled=true")) - plain, added)

    def test_those_that_need_another(self):
        found = names(helm.rendered(HELM, "--set", "service.enabled=true,serviceMonitor.enabled=true"))
        self.assertIn(("ServiceMonitor", "telltale"), found)
        found = names(helm.rendered(HELM, "--set", "autoscaling.enabled=true,demo.enabled=true"))
        self.assertIn(("HorizontalPodAutoscaler", "telltale"), found)
        for bad, words in (("serviceMonitor.enabled=true", "service.enabled"),
                           ("autoscaling.enabled=true", "autoscaling.target.name"),
                           ("config.server.listen=0.0.0.0:1", "sidecar.address"),
                           ("demo.enabled=true,sidecar.application=nobody", "no such container"),
                           ("prometheusRule.enabled=true,prometheusRule.alerts.Typo.for=1m", "TelltaleNotReady")):
            with self.subTest(bad), self.assertRaisesRegex(AssertionError, words):
                helm.template(HELM, "--set", bad)

    def test_a_spread_is_in_the_pod_only_when_asked_for(self):
        on = pod(helm.rendered(HELM, "--set", "demo.enabled=true,demo.topologySpread.enabled=true"))["spec"]
        off = pod(helm.rendered(HELM, "--set", "demo.enabled=true"))["spec"]
        self.assertEqual(on["topologySpreadConstraints"][0]["maxSkew"], 1)
        self.assertNotIn("topologySpreadConstraints", off)

    def test_values_are_checked_as_the_program_checks_them(self):
        for bad in ('config={"checks":[{"name":"d","type":"disk","path":"/","intervall":"5s"}]}',
                    'config={"checks":[{"name":"d","type":"disk","path":"/","warn":"80"}]}',
                    'config={"checks":[{"name":"d","type":"disc","path":"/"}]}', 'sidecar={"native":"maybe"}',
                    'sidecar={"nativ":true}', 'podMonitor={"enable":true}'):
            for release in HELMS:
                with self.subTest(bad), self.assertRaisesRegex(AssertionError, "schema"):
                    helm.template(release, "--set-json", bad)


class Sidecar(unittest.TestCase):
    def test_it_is_native_where_the_cluster_knows_that(self):
        for cluster, native in (("1.25.0", False), ("1.28.15", False), ("1.29.0", True), ("1.33.1-gke.100", True)):
            with self.subTest(cluster):
                spec = pod(helm.rendered(HELM, "--set", "demo.enabled=true", cluster=cluster))["spec"]
                self.assertEqual([c["name"] for c in spec.get("initContainers", [])], ["telltale"] if native else [])
                self.assertEqual([c["name"] for c in spec["containers"]], ["app"] if native else ["app", "telltale"])
                if native:
                    self.assertEqual(spec["initContainers"][0]["restartPolicy"], "Always")
                    # One that waited for the application would wait for ever: the application waits for the sidecar.
                    self.assertNotIn("startupProbe", spec["initContainers"][0])

    def test_probes_are_on_the_application_and_ask_the_sidecar(self):
        spec = pod(helm.rendered(HELM, "--set", "demo.enabled=true,sidecar.port=9700"))["spec"]
        application = spec["containers"][0]
        asked = {name: application[f"{name}Probe"]["httpGet"] for name in ("startup", "readiness", "liveness")}
        self.assertEqual({name: get["path"] for name, get in asked.items()},
                         {"startup": "/startup", "readiness": "/ready", "liveness": "/health"})
        self.assertEqual({get["port"] for get in asked.values()}, {9700})
        sidecar = spec["initContainers"][0]
        self.assertEqual(sidecar["args"][-1], "0.0.0.0:9700")
        # A telltale that hangs is to be restarted before its silence restarts the application.
        patience = [p["periodSeconds"] * p["failureThreshold"] for p in (sidecar["livenessProbe"], application["livenessProbe"])]
        self.assertLess(*patience)

    def test_what_it_watches_is_mounted_read_only(self):
        spec = pod(helm.rendered(HELM, "-f", helm.CHART / "demo.yaml"))["spec"]
        mounts = {mount["mountPath"]: mount.get("readOnly") for mount in spec["initContainers"][0]["volumeMounts"]}
        self.assertEqual(mounts, {"/etc/telltale": True, "/data": True})
        spec = pod(helm.rendered(HELM, "-f", helm.CHART / "ci" / "everything-values.yaml"))["spec"]
        mounts = {mount["mountPath"]: mount.get("readOnly") for mount in spec["initContainers"][0]["volumeMounts"]}
        self.assertIs(mounts["/rw"], False)

    def test_a_change_of_the_configuration_rolls_the_pods(self):
        def checksum(*arguments):
            template = pod(helm.rendered(HELM, "--set", "demo.enabled=true", *arguments))
            return template["metadata"].get("annotations", {}).get("telltale/config-checksum")
        self.assertEqual(checksum(), checksum("--set", "service.enabled=true"))
        self.assertNotEqual(*(checksum("--set", f"config.defaults.interval={interval}") for interval in ("7s", "8s")))
        self.assertIsNone(checksum("--set", "existingConfigMap=of-mine"))

    def test_a_job_completes_because_the_sidecar_is_native_or_is_refused(self):
        spec = pod(helm.rendered(HELM, "--set", "demo.job.enabled=true"), "Job")["spec"]
        self.assertEqual([c["name"] for c in spec["containers"]], ["app"])
        self.assertEqual(spec["initContainers"][0]["restartPolicy"], "Always")
        self.assertEqual(spec["restartPolicy"], "Never")
        with self.assertRaisesRegex(AssertionError, "native sidecar"):
            helm.template(HELM, "--set", "demo.job.enabled=true,sidecar.native=false")

    def test_tls_changes_the_scheme_of_everything_that_asks(self):
        objects = helm.rendered(HELM, "-f", helm.CHART / "ci" / "tls-values.yaml")
        spec = pod(objects)["spec"]
        probes = [p["httpGet"]["scheme"] for c in rules.containers(spec) for n, p in c.items()
                  if n.endswith("Probe") and "httpGet" in p]
        self.assertEqual(set(probes), {"HTTPS"})
        self.assertEqual(spec["initContainers"][0]["env"][0]["value"], "https://127.0.0.1:9640")
        for kind, field in (("PodMonitor", "podMetricsEndpoints"), ("ServiceMonitor", "endpoints")):
            endpoint = next(one["spec"][field][0] for one in objects if one["kind"] == kind)
            self.assertEqual((endpoint["scheme"], endpoint["tlsConfig"]), ("https", {"insecureSkipVerify": True}))


class Package(unittest.TestCase):
    def test_it_packs_without_the_value_sets_of_the_tests(self):
        with tempfile.TemporaryDirectory(prefix="telltale-chart-") as folder:
            done = helm.run(HELM, "package", helm.CHART, "--destination", folder)
            self.assertEqual(done.returncode, 0, done.stderr)
            archive = os.path.join(folder, os.listdir(folder)[0])
            listed = subprocess.run(["tar", "tzf", archive], capture_output=True, text=True, check=True).stdout
        self.assertIn("telltale/values.schema.json", listed)
        self.assertNotIn("telltale/ci/", listed)


if __name__ == "__main__":
    helm.main()
