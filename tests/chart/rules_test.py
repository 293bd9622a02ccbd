#!/usr/bin/python3
"""The rules for manifests detect errors: each row breaks one rule."""
import copy
import unittest

import yaml

import manifests
import rules

GOOD = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec:
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: app
          image: example/app:1
          ports: [{name: web, containerPort: 80}]
          readinessProbe: {httpGet: {path: /, port: web}}
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
          volumeMounts: [{name: data, mountPath: /data}]
      volumes: [{name: data, emptyDir: {}}]
"""

SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "app", "labels": {"app": "app"}},
           "spec": {"selector": {"app": "app"}, "ports": [{"name": "web", "port": 80, "targetPort": "web"}]}}


def spec_of(deployment):
    return deployment["spec"]["template"]["spec"]


def container_of(deployment):
    return spec_of(deployment)["containers"][0]


class Rules(unittest.TestCase):
    def setUp(self):
        self.good = yaml.safe_load(GOOD)

    def broken(self, change):
        bad = copy.deepcopy(self.good)
        change(bad)
        return bad

    def test_valid_manifests_pass(self):
        objects = [self.good, SERVICE]
        self.assertEqual(list(rules.broken_references(objects)) + list(rules.not_restricted(objects)), [])

    def test_references(self):
        for words, change in (
                ("which is no volume", lambda d: spec_of(d).update(volumes=[])),
                ("which nobody opens", lambda d: container_of(d)["readinessProbe"]["httpGet"].update(port=81)),
                ("longer than its period", lambda d: container_of(d)["readinessProbe"].update(timeoutSeconds=11)),
                ("does not select its own pods", lambda d: d["spec"]["selector"]["matchLabels"].update(app="other")),
                ("two containers", lambda d: spec_of(d)["containers"].append(container_of(d))),
                ("ConfigMap gone is not there", lambda d: spec_of(d)["volumes"].append({"name": "c", "configMap": {"name": "gone"}})),
                ("no sidecar", lambda d: spec_of(d).update(initContainers=[{**container_of(d), "name": "init"}]))):
            with self.subTest(words):
                self.assertRegex("\n".join(rules.broken_references([self.broken(change)])), words)

    def test_selectors(self):
        for words, change in (("selects no pod", {"selector": {"app": "other"}}),
                              ("port metrics is no port", {"ports": [{"name": "m", "port": 1, "targetPort": "metrics"}]})):
            with self.subTest(words):
                service = {**SERVICE, "spec": {**SERVICE["spec"], **change}}
                self.assertRegex("\n".join(rules.broken_references([self.good, service])), words)

    def test_names(self):
        self.assertEqual(list(rules.bad_names([self.good, SERVICE])), [])
        for words, change in (
                ("Service/1234567: not a name", lambda s: s["metadata"].update(name="1234567")),
                ("Service/a.b: not a name", lambda s: s["metadata"].update(name="a.b")),
                ("Service/1234567: not a name", lambda s: s["metadata"].update(name=1234567)),
                ("label app: 7", lambda s: s["metadata"]["labels"].update(app=7)),
                ("label app: 'a b'", lambda s: s["metadata"]["labels"].update(app="a b")),
                ("label app: 'aaa", lambda s: s["metadata"]["labels"].update(app="a" * 64))):
            with self.subTest(words):
                bad = copy.deepcopy(SERVICE)
                change(bad)
                self.assertRegex("\n".join(rules.bad_names([bad])), words)

    def test_liveness_delays(self):
        sidecar = {"name": "telltale", "image": "t:1", "ports": [{"name": "telltale", "containerPort": 1}],
                   "livenessProbe": {"httpGet": {"path": "/ping", "port": 1}, "terminationGracePeriodSeconds": 5}}
        def judged(failures, **own):
            deployment = copy.deepcopy(self.good)
            container_of(deployment)["livenessProbe"] = {"httpGet": {"path": "/health", "port": 1}, "failureThreshold": failures}
            spec_of(deployment)["containers"].append({**sidecar, **own})
            return "\n".join(rules.impatient([deployment]))
        self.assertEqual(judged(5), "")
        self.assertRegex(judged(4), "app is restarted after 40 s, the sidecar is back after 45 s")
        self.assertRegex(judged(6, livenessProbe={"httpGet": {"path": "/ping", "port": 1}}), "back after 70 s")
        self.assertRegex(judged(6, livenessProbe=None), "no livenessProbe")

    def test_restricted(self):
        for words, change in (
                ("allowPrivilegeEscalation", lambda d: container_of(d)["securityContext"].pop("allowPrivilegeEscalation")),
                ("drop ALL", lambda d: container_of(d)["securityContext"].update(capabilities={})),
                ("adds capabilities", lambda d: container_of(d)["securityContext"]["capabilities"].update(add=["NET_RAW"])),
                ("may run as root", lambda d: spec_of(d)["securityContext"].pop("runAsNonRoot")),
                ("seccomp", lambda d: spec_of(d)["securityContext"].pop("seccompProfile")),
                ("hostNetwork", lambda d: spec_of(d).update(hostNetwork=True)),
                ("port of the node", lambda d: container_of(d)["ports"][0].update(hostPort=80)),
                ("type that is not allowed", lambda d: spec_of(d).update(volumes=[{"name": "data", "hostPath": {"path": "/"}}]))):
            with self.subTest(words):
                self.assertRegex("\n".join(rules.not_restricted([self.broken(change)])), words)

    def test_schemas(self):
        folder = manifests.schema_folder()
        if not folder:
            self.skipTest("no Kubernetes schemas: set TELLTALE_K8S_SCHEMAS (see tests/chart/manifests.py)")
        schemas = manifests.Schemas(folder)
        self.assertEqual(schemas.errors(self.good), [])
        for words, change in (
                ("imagee", lambda d: container_of(d).update(imagee="x")),
                ("not of type", lambda d: d["spec"].update(replicas="two")),
                ("knows no apps/v2", lambda d: d.update(apiVersion="apps/v2")),
                ("required", lambda d: d["spec"].pop("selector")),
                ("not a name", lambda d: d["metadata"].update(name="App"))):
            with self.subTest(words):
                self.assertRegex("\n".join(schemas.errors(self.broken(change))), words)
        monitor = {"apiVersion": "monitoring.coreos.com/v1", "kind": "PodMonitor", "metadata": {"name": "m"},
                   "spec": {"selector": {}, "podMetricsEndpoints": [{"prt": "web"}]}}
        self.assertRegex("\n".join(schemas.errors(monitor)), "prt")

    def test_a_duplicate_key(self):
        with self.assertRaisesRegex(yaml.YAMLError, "given twice"):
            manifests.documents("a: 1\nb: {c: 1, c: 2}\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
