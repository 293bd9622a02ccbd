#!/usr/bin/python3
"""Manifests have the same meaning for kubectl, kustomize (and so Flux) and a YAML 1.1 parser, for every release name."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import yaml

import helm
import manifests
import rules

KUBECTL = helm.tool("kubectl")
HELM = (helm.releases() or [None])[-1]
CI = helm.CHART / "ci"
VALUE_SETS = sorted(CI.glob("*-values.yaml")) + [helm.CHART / "demo.yaml"]
# Texts that some YAML versions read as a number, a boolean or null.
NAMES = ("1234567", "1e10", "on", "no", "null", "0x1f", "007", "1.5", "2024-01-01")
NO_HOME = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "KUBECONFIG": "/nonexistent"}


def run(*arguments, stdin=None):
    done = subprocess.run([KUBECTL, *arguments], input=stdin, capture_output=True, text=True, env=NO_HOME, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def by_kubectl(text):
    """The objects as kubectl decodes them."""
    printed = run("annotate", "--local", "-f", "-", "-o", "json", "telltale/decoded=yes", stdin=text)
    objects, decoder = [], json.JSONDecoder()
    while printed.strip():
        one, end = decoder.raw_decode(printed.lstrip())
        printed = printed.lstrip()[end:]
        assert one["metadata"]["annotations"].pop("telltale/decoded") == "yes"
        if not one["metadata"]["annotations"]:
            del one["metadata"]["annotations"]
        objects.append(one)
    return objects


def by_kustomize(text):
    with tempfile.TemporaryDirectory(prefix="telltale-kustomize-") as folder:
        pathlib.Path(folder, "all.yaml").write_text(text)
        pathlib.Path(folder, "kustomization.yaml").write_text("resources: [all.yaml]\n")
        return manifests.documents(run("kustomize", folder))


def key(one):
    return one["kind"], one["metadata"]["name"]


@unittest.skipUnless(KUBECTL, "no kubectl; scripts/deps.sh --test brings it")
class Decoded(unittest.TestCase):
    maxDiff = 2000

    def expect_the_same(self, text):
        """All parsers read the same objects, and these have valid names. Returns them."""
        ours = sorted(manifests.documents(text), key=key)
        self.assertEqual(sorted(by_kubectl(text), key=key), ours)
        self.assertEqual(sorted(by_kustomize(text), key=key), ours)
        self.assertEqual(list(rules.bad_names(ours)), [])
        return ours

    def test_every_value_set(self):
        for path in VALUE_SETS:
            for release in helm.releases():
                with self.subTest(path.stem):
                    self.expect_the_same(helm.template(release, "-f", path))

    def test_releases_whose_names_are_something_else_to_yaml(self):
        for name in NAMES:
            for path in (CI / "everything-values.yaml", CI / "numbers-values.yaml"):
                with self.subTest(name, values=path.stem):
                    objects = self.expect_the_same(helm.template(HELM, "-f", path, release=name))
                    self.assertEqual({one["metadata"]["labels"]["app.kubernetes.io/instance"] for one in objects}, {name})
                    self.assertEqual(list(rules.broken_references(objects)), [])

    def test_overrides_given_as_numbers_keep_their_digits(self):
        for number in (7, 1234567, 123456789012):
            values = {"nameOverride": number, "fullnameOverride": number, "prometheusRule": {"job": number},
                      "image": {"tag": number}, "existingConfigMap": number}
            for release in helm.releases():
                with self.subTest(number), tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
                    yaml.safe_dump(values, file)
                    file.flush()
                    objects = self.expect_the_same(helm.template(release, "-f", CI / "everything-values.yaml", "-f", file.name))
                    self.assertEqual({one["metadata"]["labels"]["app.kubernetes.io/name"] for one in objects}, {str(number)})
                    self.assertLessEqual({f"{number}", f"{number}-demo"}, {one["metadata"]["name"] for one in objects})
                    _, _, spec = next(rules.pods(objects))
                    self.assertEqual(spec["initContainers"][0]["image"], f"telltale:{number}")
                    self.assertIn(str(number), [one.get("configMap", {}).get("name") for one in spec["volumes"]])
                    monitor = next(one for one in objects if one["kind"] == "PodMonitor")["spec"]["podMetricsEndpoints"][0]
                    self.assertEqual(monitor["relabelings"][0]["replacement"], str(number))

    def test_common_labels_change_standard_ones_instead_of_repeating_them(self):
        objects = self.expect_the_same(helm.template(HELM, "-f", CI / "numbers-values.yaml"))
        for one in objects:
            labels = one["metadata"]["labels"]
            self.assertEqual((labels["app.kubernetes.io/name"], labels["on"]), ("shop", "true"))
            self.assertEqual(labels["team"], "07" if one["kind"] == "PodMonitor" else "42")
        self.assertEqual(list(rules.broken_references(objects)), [])

    def test_the_environment_of_the_sidecar_is_text(self):
        objects = self.expect_the_same(helm.template(HELM, "-f", CI / "numbers-values.yaml"))
        for _, _, spec in rules.pods(objects):
            env = {one["name"]: one.get("value") for one in spec["initContainers"][0]["env"]}
            self.assertEqual({name: env[name] for name in ("5", "BIG", "ON", "EMPTY")},
                             {"5": "5", "BIG": "12345678901", "ON": "true", "EMPTY": None})
            self.assertEqual(spec["nodeSelector"], {"disk": "1", "ssd": "true"})

    def test_a_pod_that_is_passed_through_keeps_its_texts(self):
        words = [*NAMES, "~", "1_000", "0o17", "12:30:45", "=", ".inf", "+1", "y", "long " * 60, "a: b #c", "\n\nbreaks\n", "\t"]
        env = [{"name": f"V{number}", "value": word} for number, word in enumerate(words)]
        pod = {"metadata": {"labels": {"app": "on"}}, "spec": {"containers": [{"name": "app", "image": "a:1", "env": env}]}}
        template = ("apiVersion: v1\nkind: Pod\n{{ include \"telltale.pod\" (list .Subcharts.telltale (.Files.Get \"pod.yaml\")) }}\n")
        with tempfile.TemporaryDirectory(prefix="telltale-pod-") as folder:
            chart = pathlib.Path(folder, "app")
            (chart / "templates").mkdir(parents=True)
            (chart / "charts").mkdir()
            (chart / "charts" / "telltale").symlink_to(helm.CHART)
            (chart / "Chart.yaml").write_text("apiVersion: v2\nname: app\nversion: 1.0.0\n"
                                              "dependencies: [{name: telltale, version: 0.1.0}]\n")
            pod["metadata"]["name"] = "app"
            (chart / "pod.yaml").write_text(json.dumps(pod))
            (chart / "templates" / "pod.yaml").write_text(template)
            for release in helm.releases():
                objects = self.expect_the_same(helm.template(release, chart=chart))
                found = next(one for one in objects if one["kind"] == "Pod")
                self.assertEqual(found["spec"]["containers"][0]["env"], env)
                self.assertEqual(found["metadata"]["labels"]["app"], "on")


if __name__ == "__main__":
    helm.main()
