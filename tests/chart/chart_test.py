#!/usr/bin/python3
"""The chart renders manifests that Kubernetes accepts, with every supported Helm and every toggle."""
import json
import os
import re
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
    "demo.job": {("Job", "telltale-job")},
}


def values_of(path):
    return manifests.documents(path.read_text()) or [{}]


def names(objects):
    """Kinds and names, without the content hash at the end of some names."""
    return {(one["kind"], re.sub(r"-([0-9a-f]{8}|[0-9a-f]{10})$", "", one["metadata"]["name"])) for one in objects}


def config_maps(objects):
    return {one["metadata"]["name"]: one["data"]["telltale.yaml"] for one in objects
            if one["kind"] == "ConfigMap" and "telltale.yaml" in one["data"]}


def pod(objects, kind="Deployment"):
    return next(one["spec"]["template"] for one in objects if one["kind"] == kind)


class ValueSets(unittest.TestCase):
    def each(self):
        for path in VALUE_SETS:
            with self.subTest(path.stem):
                yield path

    def test_there_are_enough_value_sets(self):
        self.assertGreaterEqual(len(VALUE_SETS), 12)
        self.assertEqual(len(HELMS), 2, f"both major versions of Helm; found {HELMS}")

    def test_strict_lint_passes(self):
        for release in HELMS:
            for path in self.each():
                done = helm.run(release, "lint", "--strict", helm.CHART, "-f", path, "--kube-version", helm.CLUSTER)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_output_is_reproducible_and_equal_for_every_helm(self):
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

    def test_all_references_exist(self):
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

    def test_a_hanging_sidecar_is_restarted_before_the_application(self):
        seen = 0
        for path in self.each():
            for native in ("true", "false"):
                objects = helm.rendered(HELM, "-f", path, "--set", f"demo.enabled=true,demo.job.enabled=false,sidecar.native={native}")
                self.assertEqual(list(rules.impatient(objects)), [])
                seen += len(list(rules.pods(objects)))
        self.assertGreaterEqual(seen, 2 * len(VALUE_SETS))

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


class Examples(unittest.TestCase):
    def test_a_disk_check_on_a_volume_requires_it_to_be_mounted(self):
        blocks = re.findall(r"^```yaml\n(.*?)^```$", (helm.CHART / "README.md").read_text(), re.S | re.M)
        values = [one for text in blocks if "{{" not in text for one in manifests.documents(text)]
        values += [one for path in VALUE_SETS for one in values_of(path)]
        configs = [one.get("telltale", one).get("config", {}) for one in values]
        disks = [check for config in configs for check in config.get("checks", []) if check["type"] == "disk" and check["path"] != "/"]
        self.assertGreaterEqual(len(disks), 6)
        self.assertEqual([check for check in disks if check.get("mount") is not True], [])


class Toggles(unittest.TestCase):
    def test_each_adds_its_own_objects_and_no_others(self):
        plain = names(helm.rendered(HELM))
        self.assertEqual(plain, {("ConfigMap", "telltale")})
        for toggle, added in TOGGLES.items():
            with self.subTest(toggle):
                self.assertEqual(names(helm.rendered(HELM, "--set", f"{toggle}.enabled=true")) - plain, added)

    def test_enabled_false_renders_nothing(self):
        for path in VALUE_SETS:
            found = names(helm.rendered(HELM, "-f", path, "--set", "enabled=false"))
            self.assertLessEqual(found, {("Deployment", "telltale-demo"), ("Deployment", "watcher-demo"), ("Deployment", "7654321-demo"),
                                         ("Job", "telltale-job"), ("Job", "7654321-job")}, path.stem)

    def test_features_that_require_another(self):
        found = names(helm.rendered(HELM, "--set", "service.enabled=true,serviceMonitor.enabled=true"))
        self.assertIn(("ServiceMonitor", "telltale"), found)
        found = names(helm.rendered(HELM, "--set", "autoscaling.enabled=true,demo.enabled=true"))
        self.assertIn(("HorizontalPodAutoscaler", "telltale"), found)
        for bad, words in (("serviceMonitor.enabled=true", "service.enabled"),
                           ("autoscaling.enabled=true", "autoscaling.target.name"),
                           ("config.server.listen=0.0.0.0:1", "sidecar.address"),
                           ("demo.enabled=true,sidecar.application=nobody", "no such container"),
                           ("demo.enabled=true,sidecar.address=$(POD_IP)", "sidecar.env has no POD_IP"),
                           ("demo.enabled=true,sidecar.scheme=https", "needed with existingConfigMap only"),
                           ("podMonitor.enabled=true,config.server.metrics=token,config.server.token.env=T", "authorization"),
                           ("prometheusRule.enabled=true,prometheusRule.alerts.Typo.for=1m", "TelltaleNotReady")):
            with self.subTest(bad), self.assertRaisesRegex(AssertionError, words):
                helm.template(HELM, "--set", bad)

    def test_a_topology_spread_is_rendered_only_when_configured(self):
        on = pod(helm.rendered(HELM, "--set", "demo.enabled=true,demo.topologySpread.enabled=true"))["spec"]
        off = pod(helm.rendered(HELM, "--set", "demo.enabled=true"))["spec"]
        self.assertEqual(on["topologySpreadConstraints"][0]["maxSkew"], 1)
        self.assertNotIn("topologySpreadConstraints", off)

    def test_values_are_checked_as_the_program_checks_them(self):
        for bad in ('config={"checks":[{"name":"d","type":"disk","path":"/","intervall":"5s"}]}',
                    'config={"checks":[{"name":"d","type":"disk","path":"/","warn":"80"}]}',
                    'config={"checks":[{"name":"d","type":"disk","path":"/","rise":0}]}', 'config={"defaults":{"fall":101}}',
                    'config={"checks":[{"name":"d","type":"disk","path":"/","gates":["ready","ready"]}]}',
                    'config={"checks":[{"name":"d","type":"disk","path":"/","links":{"a":"file:///etc"}}]}',
                    'config={"checks":[{"name":"d","type":"disk","path":"/","description":"' + "é" * 1001 + '"}]}',
                    'config={"checks":[{"name":"d","type":"disc","path":"/"}]}', 'sidecar={"native":"maybe"}',
                    'sidecar={"nativ":true}', 'podMonitor={"enable":true}', 'probes={"readiness":{"httpGet":{}}}',
                    'probes={"liveness":{"successThreshold":2}}', 'probes={"readiness":{"terminationGracePeriodSeconds":5}}',
                    'probes={"startup":{"path":"startup"}}', 'sidecar={"address":"::"}',
                    'podMonitor={"authorization":{"credentials":{"name":"only"}}}', 'enabled="yes"', 'nameOverride=true',
                    'sidecar={"env":[{"name":true,"value":"x"}]}'):
            for release in HELMS:
                with self.subTest(bad), self.assertRaisesRegex(AssertionError, "schema"):
                    helm.template(release, "--set-json", bad)


class Sidecar(unittest.TestCase):
    def test_it_is_native_where_the_cluster_supports_that(self):
        for cluster, native in (("1.25.0", False), ("1.28.15", False), ("1.29.0", True), ("1.33.1-gke.100", True)):
            with self.subTest(cluster):
                spec = pod(helm.rendered(HELM, "--set", "demo.enabled=true", cluster=cluster))["spec"]
                self.assertEqual([c["name"] for c in spec.get("initContainers", [])], ["telltale"] if native else [])
                self.assertEqual([c["name"] for c in spec["containers"]], ["app"] if native else ["app", "telltale"])
                if native:
                    self.assertEqual(spec["initContainers"][0]["restartPolicy"], "Always")
                    # A startup probe that depends on the application would deadlock: the application waits for the
                    # sidecar.
                    self.assertNotIn("startupProbe", spec["initContainers"][0])

    def test_probes_are_on_the_application_and_query_the_sidecar(self):
        spec = pod(helm.rendered(HELM, "--set", "demo.enabled=true,sidecar.port=9700,sidecar.explain=false"))["spec"]
        application = spec["containers"][0]
        asked = {name: application[f"{name}Probe"]["httpGet"] for name in ("startup", "readiness", "liveness")}
        self.assertEqual({name: get["path"] for name, get in asked.items()},
                         {"startup": "/startup", "readiness": "/ready", "liveness": "/health"})
        self.assertEqual({get["port"] for get in asked.values()}, {9700})
        sidecar = spec["initContainers"][0]
        self.assertEqual(sidecar["args"][-1], "[::]:9700")
        self.assertNotIn("readinessProbe", sidecar)

    def test_there_is_one_readiness_probe_with_a_message(self):
        for native in ("true", "false"):
            containers = {c["name"]: c for c in rules.containers(pod(helm.rendered(
                HELM, "--set", f"demo.enabled=true,sidecar.native={native}"))["spec"])}
            self.assertNotIn("readinessProbe", containers["app"])
            self.assertEqual(containers["telltale"]["readinessProbe"],
                             {"exec": {"command": ["/telltale", "healthcheck", "--gate", "ready"]}, "periodSeconds": 5,
                              "timeoutSeconds": 3, "failureThreshold": 1})

    def test_a_readiness_probe_of_another_target_is_on_the_application(self):
        for own in ("sidecar.explain=false", "probes.readiness.path=/ready?exclude=db", "probes.readiness.host=10.0.0.1",
                    "probes.readiness.httpHeaders[0].name=A,probes.readiness.httpHeaders[0].value=b"):
            spec = pod(helm.rendered(HELM, "--set", f"demo.enabled=true,{own}"))["spec"]
            self.assertIn("httpGet", spec["containers"][0]["readinessProbe"], own)
            self.assertNotIn("readinessProbe", spec["initContainers"][0], own)
        spec = pod(helm.rendered(HELM, "--set", "demo.enabled=true,probes.readiness.enabled=false"))["spec"]
        self.assertEqual([c["name"] for c in rules.containers(spec) if "readinessProbe" in c], [])

    def test_probe_fields_have_the_structure_of_kubernetes(self):
        spec = pod(helm.rendered(HELM, "-f", helm.CHART / "ci" / "probe-fields-values.yaml"))["spec"]
        application = spec["containers"][0]
        self.assertEqual(application["readinessProbe"],
                         {"httpGet": {"path": "/ready?exclude=root", "port": 9640, "scheme": "HTTP",
                                      "httpHeaders": [{"name": "Accept", "value": "text/plain"}]},
                          "periodSeconds": 7, "timeoutSeconds": 3, "failureThreshold": 1})
        self.assertEqual(application["livenessProbe"]["terminationGracePeriodSeconds"], 20)
        self.assertEqual(application["livenessProbe"]["httpGet"]["path"], "/health")
        self.assertEqual(application["startupProbe"]["initialDelaySeconds"], 1)

    def test_the_reason_of_a_failed_start_is_in_the_termination_message(self):
        spec = pod(helm.rendered(HELM, "--set", "demo.enabled=true"))["spec"]
        self.assertEqual(spec["initContainers"][0]["terminationMessagePolicy"], "FallbackToLogsOnError")

    def test_a_native_sidecar_does_not_drain(self):
        def drain(*arguments):
            text, = config_maps(helm.rendered(HELM, "--set", "demo.enabled=true", *arguments)).values()
            return manifests.documents(text)[0].get("server", {}).get("drain_delay")
        self.assertEqual(drain("--set", "sidecar.native=true"), "0s")
        self.assertEqual(drain("--set", "sidecar.native=true,config.server.details=none"), "0s")
        self.assertIsNone(drain("--set", "sidecar.native=false"))
        self.assertEqual(drain("--set", "sidecar.native=true,config.server.drain_delay=3s"), "3s")

    def test_a_service_names_its_target_by_number(self):
        objects = helm.rendered(HELM, "--set", "service.enabled=true,sidecar.port=9700")
        port, = next(one["spec"]["ports"] for one in objects if one["kind"] == "Service")
        self.assertEqual((port["port"], port["targetPort"], port["name"]), (9700, 9700, "telltale"))

    def test_checked_volumes_are_mounted_read_only(self):
        spec = pod(helm.rendered(HELM, "-f", helm.CHART / "demo.yaml"))["spec"]
        mounts = {mount["mountPath"]: mount.get("readOnly") for mount in spec["initContainers"][0]["volumeMounts"]}
        self.assertEqual(mounts, {"/etc/telltale": True, "/data": True})
        spec = pod(helm.rendered(HELM, "-f", helm.CHART / "ci" / "everything-values.yaml"))["spec"]
        mounts = {mount["mountPath"]: mount.get("readOnly") for mount in spec["initContainers"][0]["volumeMounts"]}
        self.assertIs(mounts["/rw"], False)

    def test_a_changed_configuration_has_a_new_name_and_restarts_pods(self):
        def mounted(*arguments):
            objects = helm.rendered(HELM, "--set", "demo.enabled=true", *arguments)
            volume, = (one["configMap"]["name"] for one in pod(objects)["spec"]["volumes"] if one["name"] == "telltale-config")
            self.assertEqual(list(config_maps(objects)), [] if volume == "of-mine" else [volume])
            return volume
        self.assertEqual(mounted(), mounted("--set", "service.enabled=true,commonLabels.team=shop"))
        self.assertEqual(len({mounted("--set", f"config.defaults.interval={interval}") for interval in ("7s", "8s", "9s")}), 3)
        self.assertEqual(mounted("--set", "existingConfigMap=of-mine"), "of-mine")
        objects = helm.rendered(HELM)
        self.assertTrue(all(one["immutable"] for one in objects if one["kind"] == "ConfigMap"))

    def test_a_job_with_a_changed_pod_has_a_new_name(self):
        def job(*arguments):
            return next((one["metadata"]["name"], one["spec"]["template"]) for one in
                        helm.rendered(HELM, "--set", "demo.job.enabled=true", *arguments) if one["kind"] == "Job")
        changes = ("config.defaults.interval=7s", "image.tag=2", "demo.job.seconds=7", "sidecar.port=9700", "sidecar.explain=false")
        jobs = [job()] + [job("--set", change) for change in changes]
        for number, one in enumerate(jobs):
            self.assertEqual([other[0] == one[0] for other in jobs], [other[1] == one[1] for other in jobs], number)
        self.assertEqual(len({name for name, _ in jobs}), len(jobs))
        self.assertEqual(job(), job("--set", "service.enabled=true,commonLabels.team=shop,prometheusRule.enabled=true"))

    def test_a_job_requires_a_native_sidecar(self):
        spec = pod(helm.rendered(HELM, "--set", "demo.job.enabled=true"), "Job")["spec"]
        self.assertEqual([c["name"] for c in spec["containers"]], ["app"])
        self.assertEqual(spec["initContainers"][0]["restartPolicy"], "Always")
        self.assertEqual(spec["restartPolicy"], "Never")
        with self.assertRaisesRegex(AssertionError, "native sidecar"):
            helm.template(HELM, "--set", "demo.job.enabled=true,sidecar.native=false")

    def test_tls_changes_the_scheme_of_all_queries(self):
        objects = helm.rendered(HELM, "-f", helm.CHART / "ci" / "tls-values.yaml")
        spec = pod(objects)["spec"]
        probes = [p["httpGet"]["scheme"] for c in rules.containers(spec) for n, p in c.items()
                  if n.endswith("Probe") and "httpGet" in p]
        self.assertEqual(set(probes), {"HTTPS"})
        self.assertEqual(spec["initContainers"][0]["env"][-1], {"name": "TELLTALE_URL", "value": "https://127.0.0.1:9640"})
        for kind, field in (("PodMonitor", "podMetricsEndpoints"), ("ServiceMonitor", "endpoints")):
            endpoint = next(one["spec"][field][0] for one in objects if one["kind"] == kind)
            self.assertEqual((endpoint["scheme"], endpoint["tlsConfig"]), ("https", {"insecureSkipVerify": True}))
            self.assertEqual(endpoint["authorization"]["credentials"], {"name": "telltale-token", "key": "token"})

    def test_all_queries_use_the_listening_address(self):
        def asked(*arguments):
            objects = helm.rendered(HELM, "--set", "demo.enabled=true,service.enabled=true,podMonitor.enabled=true", *arguments)
            spec = pod(objects)["spec"]
            url = next(one["value"] for one in reversed(spec["initContainers"][0]["env"]) if one["name"] == "TELLTALE_URL")
            schemes = {p["httpGet"]["scheme"].lower() for c in rules.containers(spec) for p in c.values()
                       if isinstance(p, dict) and "httpGet" in p}
            monitor = next(one["spec"]["podMetricsEndpoints"][0] for one in objects if one["kind"] == "PodMonitor")
            return url, *schemes | {monitor["scheme"]}
        tls = "config.server.tls.cert=/c,config.server.tls.key=/k"
        pod_ip = ("--set", "sidecar.env[0].name=POD_IP,sidecar.env[0].valueFrom.fieldRef.fieldPath=status.podIP")
        for arguments, url, scheme in (
                ((), "http://127.0.0.1:9640", "http"),
                (("--set", "sidecar.address=0.0.0.0,sidecar.port=9700"), "http://127.0.0.1:9700", "http"),
                (("--set", "sidecar.address=10.1.2.3"), "http://10.1.2.3:9640", "http"),
                (("--set", "sidecar.address=[fd00::7]"), "http://[fd00::7]:9640", "http"),
                (("--set", "sidecar.address=$(POD_IP)", *pod_ip), "http://$(POD_IP):9640", "http"),
                (("--set", "sidecar.address=[$(POD_IP)]", *pod_ip), "http://[$(POD_IP)]:9640", "http"),
                (("--set", tls), "https://127.0.0.1:9640", "https"),
                (("--set", "existingConfigMap=of-mine"), "http://127.0.0.1:9640", "http"),
                (("--set", f"existingConfigMap=of-mine,{tls}"), "http://127.0.0.1:9640", "http"),
                (("--set", "existingConfigMap=of-mine,sidecar.scheme=https"), "https://127.0.0.1:9640", "https"),
                (("--set", "sidecar.env[0].name=TELLTALE_URL,sidecar.env[0].value=http://10.0.0.1:1"), "http://10.0.0.1:1", "http")):
            with self.subTest(arguments):
                self.assertEqual(asked(*arguments), (url, scheme))


    def test_an_address_that_the_kubelet_cannot_reach_is_refused(self):
        for address in ("127.0.0.1", "127.1.2.3", "localhost", "[::1]", "[0:0:0:0:0:0:0:1]", "[::0001]", "[::ffff:127.0.0.1]",
                        "[::FFFF:7f00:1]"):
            for release in HELMS:
                with self.subTest(address), self.assertRaisesRegex(AssertionError, r"telltale: sidecar.address .*\[::\]"):
                    helm.template(release, "--set", f"demo.enabled=true,sidecar.address={address}")
        for address in ("[::]", "0.0.0.0", "[::10]", "[fd00::1]", "[1::1]", "10.127.0.1", "[::ffff:10.0.0.127]", "[fe80::7f00:1]"):
            with self.subTest(address):
                self.assertIn(f"{address}:9640", helm.template(HELM, "--set", f"demo.enabled=true,sidecar.address={address}"))


class Names(unittest.TestCase):
    LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
    NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?")

    def labels(self, one):
        """Every value of every map of labels in a manifest."""
        if isinstance(one, dict):
            for key, value in one.items():
                if key in ("labels", "matchLabels") and isinstance(value, dict):
                    yield from value.values()
                else:
                    yield from self.labels(value)
        elif isinstance(one, list):
            for item in one:
                yield from self.labels(item)

    def test_a_long_name_is_truncated_to_the_limit_of_kubernetes(self):
        everything = helm.CHART / "ci" / "everything-values.yaml"
        for length in (46, 47, 48, 49, 50, 53, 54, 57, 58, 61, 62, 63):
            for end in ("-", ".", "_", "._-", "z"):
                name = "a" * (length - len(end)) + end + "z" * 10
                for override in ("nameOverride", "fullnameOverride"):
                    if "_" in end and length < 50:
                        continue  # it would be in the middle of an object's name, where it cannot be cut off
                    with self.subTest(override, name=name):
                        objects = helm.rendered(HELM, "-f", everything, "--set", f"{override}={name}", release="r")
                        values = {value for one in objects for value in self.labels(one)}
                        self.assertGreater(len(values), 5)
                        self.assertEqual([value for value in values if not self.LABEL.fullmatch(value)], [])
                        self.assertEqual([one["metadata"]["name"] for one in objects if not self.NAME.fullmatch(one["metadata"]["name"])], [])


class Mistakes(unittest.TestCase):
    """What the schema cannot express is rejected before installation, and only what the program rejects too."""

    def judged(self, config):
        """The template's message, and whether the program accepts the value."""
        done = helm.run(HELM, "template", "telltale", helm.CHART, "--set", "sidecar.native=false",
                        "--set-json", f"config={json.dumps(config)}")
        valid = subprocess.run([TELLTALE, "validate", "-"], input=json.dumps(config), text=True, capture_output=True)
        return done.stderr if done.returncode else "", valid.returncode == 0

    def test_the_chart_and_the_program_reject_invalid_values(self):
        disk, db = {"name": "a", "type": "disk", "path": "/"}, {"name": "b", "type": "sqlite", "path": "/b"}
        for words, config in (
                ("the name a is given twice", {"checks": [disk, db, {**db, "name": "a"}]}),
                ("check b: integrity.timeout 1m is not below integrity.every 1m", {"checks": [{**db, "integrity": {"every": "1m"}}]}),
                ("integrity.timeout 1m is not below integrity.every 30s", {"checks": [{**db, "integrity": {"every": "30s"}}]}),
                ("integrity.timeout 2h is not below integrity.every 1h30m",
                 {"checks": [{**db, "integrity": {"every": "1h30m", "timeout": "2h"}}]}),
                ("integrity.timeout 1m is not below integrity.every 59s",
                 {"checks": [{**db, "type": "sqlite_backup", "integrity": {"every": "59s"}}]}),
                ("check b: timeout 1m is not below interval 1m", {"checks": [{**db, "type": "sqlite_integrity", "interval": "1m"}]}),
                ("check b: timeout 1m is not below interval 1m", {"checks": [{**db, "type": "sqlite_backup", "timeout": "1m"}]}),
                ("check b: max_age 6h is below interval plus timeout", {"checks": [{**db, "type": "sqlite_integrity", "max_age": "6h"}]}),
                ("check a: timeout 2s is not below interval 2s", {"checks": [{**disk, "interval": "2s"}]}),
                ("check a: timeout 10s is not below interval 10s", {"checks": [{**disk, "timeout": "10s"}]}),
                ("check a: timeout 2500ms is not below interval 2.5s",
                 {"defaults": {"interval": "2.5s"}, "checks": [{**disk, "timeout": "2500ms"}]}),
                ("check a: failing_interval 20s is above interval 10s", {"checks": [{**disk, "failing_interval": "20s"}]}),
                ("server: drain_delay 30s is not below shutdown_timeout 25s", {"server": {"drain_delay": "30s"}, "checks": [disk]}),
                ("server: drain_delay 5s is not below shutdown_timeout 3s", {"server": {"shutdown_timeout": "3s"}, "checks": [disk]}),
                ("server.metrics: there is no token", {"server": {"metrics": "token"}, "checks": [disk]}),
                ("check a: max_age 11s is below interval plus timeout", {"checks": [{**disk, "max_age": "11s"}]}),
                ("check a: max_age 1m is below interval plus timeout",
                 {"defaults": {"interval": "1m"}, "checks": [{**disk, "max_age": "1m"}]}),
                ("check a: warn 95% is above fail 90%", {"checks": [{**disk, "warn": "95%"}]}),
                ("check a: warn 80% is above fail 79.5%", {"checks": [{**disk, "fail": "79.5%"}]}),
                ("check b: expect needs a query", {"checks": [{**db, "expect": "> 0"}]}),
                ("check b: query needs mode: query", {"checks": [{**db, "query": "SELECT 1"}]}),
                ("only one of path and paths", {"checks": [{"name": "m", "type": "marker", "path": "/a", "paths": ["/b"]}]}),
                ("check m: path is missing (or paths for several files)", {"checks": [{"name": "m", "type": "marker"}]}),
                ("check a: free.fail 1GiB is above free.warn 1GB", {"checks": [{**disk, "free": {"warn": "1GB", "fail": "1GiB"}}]}),
                ("check b: backup.max_age.warn 2d is above backup.max_age.fail 47h",
                 {"checks": [{**db, "backup": {"path": "/c", "max_age": {"warn": "2d", "fail": "47h"}}}]}),
                ("must not feed live", {"checks": [{**disk, "scope": "shared", "gates": ["live"]}]}),
                ("must not feed live", {"checks": [{**disk, "scope": "shared", "gates": "live"}]})):
            with self.subTest(words):
                output, accepted = self.judged(config)
                self.assertIn(words, output)
                self.assertFalse(accepted)

    def test_several_errors_are_reported_together(self):
        disk = {"name": "a", "type": "disk", "path": "/", "interval": "1s"}
        output, _ = self.judged({"server": {"metrics": "token"}, "checks": [disk, disk]})
        self.assertRegex(output, r"(?s)no token.*not below interval.*given twice.*not below interval")

    def test_the_chart_and_the_program_accept_similar_valid_values(self):
        disk, db = {"name": "a", "type": "disk", "path": "/"}, {"name": "b", "type": "sqlite", "path": "/b"}
        for config in (
                {"checks": [disk, {**disk, "name": "aa"}, db]},
                {"checks": [{**db, "integrity": {"every": "61s"}}]},
                {"checks": [{**db, "integrity": {"every": "1m", "timeout": "59s"}}]},
                {"checks": [{**db, "integrity": {"every": "1d", "timeout": "23h59m59s999ms"}}]},
                {"checks": [{**db, "type": "sqlite_backup", "timeout": "59s"}, {**disk, "type": "certificate", "timeout": "59s"}]},
                {"checks": [{**db, "type": "sqlite_integrity", "timeout": "5h59m"}]},
                {"defaults": {"interval": "1s", "timeout": "900ms", "max_age": "2s", "failing_interval": "1s"},
                 "checks": [disk, {**db, "type": "sqlite_integrity"}]},
                {"defaults": {"interval": "1s", "timeout": "900ms"}, "checks": [disk]},
                {"defaults": {"timeout": "20s"}, "checks": [{**disk, "interval": "1m"}]},
                {"checks": [{**disk, "failing_interval": "10s"}]},
                {"checks": [{**disk, "max_age": "12s"}, {**db, "max_age": "${AGE:-1h}"}]},
                {"checks": [{**disk, "warn": "9%", "fail": "10%"}, {**db, "mode": "query", "query": "SELECT 1", "expect": "1"}]},
                {"checks": [{**disk, "warn": "${WARN:-60%}", "fail": "70%"}]},
                {"checks": [{**disk, "interval": "${EVERY:-30s}", "timeout": "20s"}]},
                {"server": {"drain_delay": "24.9s"}, "checks": [disk]},
                {"server": {"metrics": "token", "token": {"env": "T"}}, "checks": [disk]},
                {"checks": [{**db, "mode": "${MODE:-query}", "query": "SELECT 1"}]},
                {"checks": [{**disk, "free": {"warn": "2TB", "fail": "1.5TiB"}}, {"name": "m", "type": "marker", "paths": "/m"}]},
                {"checks": [{**db, "backup": {"path": "/c", "max_age": {"warn": "2d", "fail": "48h"}}}]},
                {"checks": [{**disk, "warn": "90%"}]},
                {"checks": [{**disk, "fail": "80%"}]},
                {"checks": [{**disk, "warn": "85%", "fail": "85%"}]},
                {"checks": [{**disk, "scope": "shared"}, {**db, "gates": ["live", "ready"]}]},
                {"checks": [{**disk, "scope": "shared", "gates": "ready"}, {**db, "gates": "live"}]},
                {"checks": [{**disk, "scope": "shared", "gates": "${GATE:-startup}"}]}):
            with self.subTest(config):
                self.assertEqual(self.judged(config), ("", True))

    def test_the_bounds_of_every_limit_are_in_order(self):
        listed = json.loads(subprocess.run([TELLTALE, "checks", "--format", "json"], check=True, capture_output=True).stdout)
        needed = {"disk": {"path": "/"}, "sqlite": {"path": "/b"}, "tcp": {"address": "db:1", "tls": True},
                  "sqlite_backup": {"path": "/b"}, "sqlite_integrity": {"path": "/b"},
                  "websocket": {"url": "wss://127.0.0.1:1/"}, "certificate": {"path": "/c"}, "dns": {"query": "a.test"},
                  "grpc": {"address": "a:1", "tls": True}, "http": {"url": "https://a/"}, "tls": {"address": "a:1"},
                  "postgres": {"dsn": {"env": "X"}, "tls": True},
                  "prometheus": {"url": "https://a/metrics", "values": {"up": "1"}}}
        bounds = {"size": ("1023KiB", "1MiB"), "percentage": ("9.5%", "80%"), "duration": ("59s", "1m")}
        limits = [(one["name"], option["name"], unit) for one in listed for option in one["options"] for unit in bounds
                  if option["type"].startswith(f"limit ({unit}")]
        self.assertGreaterEqual(len(limits), 9)
        for kind, option, unit in limits:
            less, more = bounds[unit]
            for warn, fail in ((less, more), (more, less), (less, less), ("${WARN:-" + less + "}", more)):
                with self.subTest(option, warn=warn, fail=fail):
                    output, accepted = self.judged({"checks": [{"name": "c", "type": kind, **needed[kind], option: {"warn": warn, "fail": fail}}]})
                    # A variable's value is not known before the program runs.
                    self.assertEqual(output == "", accepted or "${" in warn, output)
                    if output:
                        self.assertRegex(output, rf"check c: {option}\.(warn|fail) {more} is above {option}\.(warn|fail) {less}")

    def test_a_native_sidecar_is_validated_with_its_default_drain_delay(self):
        def rendered(**server):
            config = {"server": server, "checks": [{"name": "a", "type": "disk", "path": "/"}]}
            text, = config_maps(helm.rendered(HELM, "--set", "sidecar.native=true", "--set-json", f"config={json.dumps(config)}")).values()
            return subprocess.run([TELLTALE, "validate", "-"], input=text, text=True, capture_output=True).returncode
        self.assertEqual(rendered(shutdown_timeout="4s"), 0)
        self.assertEqual(rendered(shutdown_timeout="1s", details="none"), 0)
        for server in ({"shutdown_timeout": "0s"}, {"shutdown_timeout": "4s", "drain_delay": "5s"}):
            with self.subTest(server), self.assertRaisesRegex(AssertionError, "is not below shutdown_timeout"):
                rendered(**server)


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
