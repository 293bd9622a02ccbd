#!/usr/bin/python3
"""The READMEs are valid: the chart of "Your pod" renders, as do the examples of values, the table contains every value,
and the Kubernetes manifests are valid."""
import pathlib
import re
import shutil
import tempfile
import unittest

import yaml

import helm
import manifests
import rules

HELM = (helm.releases() or [None])[-1]


def blocks(readme):
    """{first line without its mark: text} of the YAML blocks of a README."""
    found = re.findall(r"^```yaml\n(.*?)^```$", readme.read_text(), re.S | re.M)
    return {text.split("\n", 1)[0].removeprefix("# "): text for text in found}


def schemas(test):
    folder = manifests.schema_folder()
    if not folder:
        test.skipTest("no Kubernetes schemas: set TELLTALE_K8S_SCHEMAS (see tests/chart/manifests.py)")
    return manifests.Schemas(folder)


class Chart(unittest.TestCase):
    def setUp(self):
        self.blocks = blocks(helm.CHART / "README.md")
        folder = tempfile.TemporaryDirectory(prefix="telltale-shop-")
        self.addCleanup(folder.cleanup)
        self.shop = pathlib.Path(folder.name, "shop")

    def write_shop(self):
        for name in ("Chart.yaml", "templates/deployment.yaml", "values.yaml"):
            file = self.shop / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.blocks[name])
        shutil.copytree(helm.CHART, self.shop / "charts" / "telltale")

    def test_your_pod_gets_the_sidecar_in_one_line(self):
        self.write_shop()
        for release in helm.releases():
            done = helm.run(release, "lint", "--strict", self.shop)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            objects = helm.rendered(release, chart=self.shop)
            self.assertEqual({one["kind"] for one in objects}, {"ConfigMap", "Deployment", "PodMonitor", "PrometheusRule"})
            self.assertEqual(list(rules.broken_references(objects)), [])
            self.assertEqual([error for known in [schemas(self)] for one in objects for error in known.errors(one)], [])
            spec = next(one for one in objects if one["kind"] == "Deployment")["spec"]["template"]["spec"]
            self.assertEqual([one["name"] for one in spec["initContainers"]], ["telltale"])
            self.assertEqual(spec["containers"][0]["livenessProbe"]["httpGet"]["path"], "/health")
            self.assertIn("preStop", spec["containers"][0]["lifecycle"])

    def test_a_disabled_dependency_does_not_change_your_pod(self):
        self.write_shop()
        for release in helm.releases():
            objects = helm.rendered(release, "--set", "telltale.enabled=false", chart=self.shop)
            self.assertEqual([one["kind"] for one in objects], ["Deployment"])
            spec = objects[0]["spec"]["template"]["spec"]
            self.assertEqual(sorted(spec), ["containers", "volumes"])
            self.assertEqual([one["name"] for one in spec["containers"]], ["shop"])

    def test_enabled_false_disables_it_without_a_condition(self):
        self.write_shop()
        file = self.shop / "Chart.yaml"
        file.write_text(file.read_text().replace("    condition: telltale.enabled\n", ""))
        for release in helm.releases():
            off, on = (helm.rendered(release, "--set", f"telltale.enabled={value}", chart=self.shop) for value in ("false", "true"))
            self.assertEqual([one["kind"] for one in off], ["Deployment"])
            self.assertNotIn("initContainers", off[0]["spec"]["template"]["spec"])
            self.assertIn("ConfigMap", {one["kind"] for one in on})

    def test_global_values_of_your_chart_are_accepted(self):
        self.write_shop()
        for release in helm.releases():
            helm.rendered(release, "--set", "global.imageRegistry=example.com,global.debug=true", chart=self.shop)

    def test_a_plain_container_in_an_older_cluster(self):
        self.write_shop()
        objects = helm.rendered(HELM, chart=self.shop, cluster="1.27.0")
        spec = next(one for one in objects if one["kind"] == "Deployment")["spec"]["template"]["spec"]
        self.assertEqual([one["name"] for one in spec["containers"]], ["shop", "telltale"])
        self.assertNotIn("initContainers", spec)

    def test_probes_init_containers_and_labels_of_your_pod_are_kept(self):
        self.write_shop()
        file = self.shop / "templates" / "deployment.yaml"
        own = ("      livenessProbe: {tcpSocket: {port: 8000}}\n  initContainers:\n    - {name: migrate, image: example/shop:1}\n"
               "  volumes:\n")
        file.write_text(file.read_text().replace("  volumes:\n", own))
        objects = helm.rendered(HELM, chart=self.shop)
        template = next(one for one in objects if one["kind"] == "Deployment")["spec"]["template"]
        self.assertEqual(template["spec"]["containers"][0]["livenessProbe"], {"tcpSocket": {"port": 8000}})
        self.assertIn("startupProbe", template["spec"]["containers"][0])
        self.assertEqual([one["name"] for one in template["spec"]["initContainers"]], ["migrate", "telltale"])
        self.assertEqual(template["metadata"]["labels"]["app"], "shop")

    def test_examples_of_values_render(self):
        examples = [text for title, text in self.blocks.items() if title.startswith("values: ")]
        self.assertGreaterEqual(len(examples), 4)
        known = schemas(self)
        for text in examples:
            with self.subTest(text.split("\n", 1)[0]):
                file = self.shop.with_name("values.yaml")
                file.write_text(text)
                for one in helm.rendered(HELM, "-f", file):
                    self.assertEqual(known.errors(one), [])

    def test_the_table_lists_exactly_the_values(self):
        values = yaml.safe_load((helm.CHART / "values.yaml").read_text())
        table = (helm.CHART / "README.md").read_text().split("## Values\n", 1)[1]
        named = set()
        for first in re.findall(r"(?m)^\| (`.*?) \|", table):
            named |= set(re.findall(r"`([^`]+)`", first))
        self.assertEqual({name.split(".")[0] for name in named}, set(values))
        for name in named:
            value = values
            for part in name.split("."):
                self.assertIn(part, value, name)
                value = value[part]
        described = {name.split(".")[0] for name in named if "." in name}
        whole = {f"{top}.{key}" for top in described for key in values[top]}
        self.assertEqual({name for name in named if "." in name}, whole)


class Project(unittest.TestCase):
    def test_manifests_of_the_readme_are_valid(self):
        text = (helm.ROOT / "README.md").read_text()
        found = [one for block in re.findall(r"^```yaml\n(.*?)^```$", text, re.S | re.M) if "apiVersion:" in block
                 for one in manifests.documents(block)]
        self.assertTrue(found)
        known = schemas(self)
        for one in found:
            self.assertEqual(known.errors(one), [])
        self.assertEqual(list(rules.broken_references(found, provided=["telltale"])), [])
        self.assertEqual(list(rules.not_restricted(found)), [])
        self.assertEqual(list(rules.impatient(found)), [])
        for _, _, spec in rules.pods(found):
            application, sidecar = spec["containers"][0], spec["initContainers"][0]
            self.assertIn("preStop", application["lifecycle"])
            self.assertNotIn("readinessProbe", application)
            self.assertIn("exec", sidecar["readinessProbe"])
            self.assertEqual(sidecar["terminationMessagePolicy"], "FallbackToLogsOnError")

    def test_the_line_in_the_readme_is_that_of_the_chart(self):
        line = re.search(r"^```gotemplate\n(.*?)^```$", (helm.ROOT / "README.md").read_text(), re.S | re.M).group(1)
        self.assertIn(line, blocks(helm.CHART / "README.md")["templates/deployment.yaml"])


if __name__ == "__main__":
    helm.main()
