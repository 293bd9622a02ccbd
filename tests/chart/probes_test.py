#!/usr/bin/python3
"""Every rendered probe succeeds with the real program, started with the rendered arguments. Probes come from an address
that is not loopback, without credentials, as from the kubelet."""
import json
import os
import re
import signal
import subprocess
import sys
import unittest

import helm
import manifests
import rules

sys.path.insert(0, str(helm.ROOT / "tests" / "e2e"))
import harness  # noqa: E402
from authority import Authority  # noqa: E402

HELM = (helm.releases() or [None])[-1]
VALUE_SETS = sorted((helm.CHART / "ci").glob("*-values.yaml"))
POD_IP = "10.9.8.7"
# The pod has its own network and volume; the application has created its database.
POD = f"""
ip link set lo up
ip address add {POD_IP}/32 dev lo
mount -t tmpfs tmpfs "$1/data"
sqlite3 "$1/data/app.db" "pragma journal_mode=wal; create table t(x)" >/dev/null
shift
exec "$@"
"""
ELSEWHERE = """
checks: [{name: root, type: disk, path: /}]
"""
TLS_ELSEWHERE = "server: {tls: {cert: /etc/telltale/tls.crt, key: /etc/telltale/tls.key}}" + ELSEWHERE


class Pod(harness.TestCase):
    def setUp(self):
        super().setUp()
        if subprocess.run(["unshare", "-nm", "ip", "link", "set", "lo", "up"], capture_output=True).returncode != 0:
            self.skipTest("no namespaces can be made here")
        (self.dir / "data").mkdir()
        cert, key = Authority(self.dir).self_signed("telltale")
        cert.rename(self.dir / "tls.crt")
        key.rename(self.dir / "tls.key")

    def here(self, text):
        """A text of the pod with paths of the test."""
        return text.replace("/etc/telltale/", f"{self.dir}/").replace("/data", f"{self.dir}/data")

    def environment(self, container):
        values = {}
        for one in container.get("env", []):
            values[one["name"]] = one.get("value", POD_IP if "fieldRef" in one.get("valueFrom", {}) else "s3cret")
            values[one["name"]] = values[one["name"]].replace("$(POD_IP)", POD_IP)
        return values

    def start_pod(self, objects, spec):
        """The sidecar of the pod, with the rendered configuration and arguments."""
        container = next(c for c in rules.containers(spec) if c.get("args", [""])[0] == "serve")
        mount = next(one["name"] for one in container["volumeMounts"] if one["mountPath"] == "/etc/telltale")
        volume = next(one for one in spec["volumes"] if one["name"] == mount)["configMap"]["name"]
        maps = {one["metadata"]["name"]: one["data"].get("telltale.yaml") for one in objects if one["kind"] == "ConfigMap"}
        tls = container["livenessProbe"]["httpGet"].get("scheme") == "HTTPS"
        config = self.here(maps.get(volume) or (TLS_ELSEWHERE if tls else ELSEWHERE))
        command, option, path, *arguments = container["args"]
        self.assertEqual((command, option, path), ("serve", "-c", "/etc/telltale/telltale.yaml"))
        sidecar = self.start(config, *(one.replace("$(POD_IP)", POD_IP) for one in arguments), listen=None,
                             env=self.environment(container), prefix=["unshare", "-nm", "sh", "-ec", POD, "sh", str(self.dir)])
        return sidecar, container

    def inside(self, sidecar, *command, **options):
        where = f"/proc/{sidecar.process.pid}/ns"
        return subprocess.run(["nsenter", f"--net={where}/net", f"--mount={where}/mnt", *command], capture_output=True,
                              text=True, timeout=30, **options)

    def asked(self, sidecar, container, get, patience=10):
        """The status of the kubelet's request, 0 without a response."""
        ports = {port["name"]: port["containerPort"] for port in container.get("ports", [])}
        headers = [word for one in get.get("httpHeaders", []) for word in ("-H", f"{one['name']}: {one['value']}")]
        url = f"{get.get('scheme', 'HTTP').lower()}://{POD_IP}:{ports.get(get['port'], get['port'])}{get['path']}"
        done = self.inside(sidecar, "curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}", "--interface", POD_IP, "-m",
                           str(patience), *headers, url)
        return int(done.stdout or 0)

    def expect_success(self, objects):
        """Every probe of every pod succeeds. Returns how many were HTTP probes."""
        asked = 0
        for who, _, spec in rules.pods(objects):
            sidecar, own = self.start_pod(objects, spec)
            for container in rules.containers(spec):
                for probe in rules.PROBES:
                    get = container.get(probe, {}).get("httpGet")
                    if get:
                        harness.wait_until(lambda: 200 <= self.asked(sidecar, container, get) < 400,
                                           f"{who}: {container['name']}.{probe} {get} succeeds")
                        asked += 1
            self.explained(sidecar, own)
            sidecar.end()
        return asked

    def test_every_probe_of_every_value_set_succeeds(self):
        asked = 0
        for path in VALUE_SETS:
            with self.subTest(path.stem):
                asked += self.expect_success(helm.rendered(HELM, "-f", path, "--set", "demo.enabled=true"))
        self.assertGreaterEqual(asked, 3 * len(VALUE_SETS))

    def test_every_probe_of_the_readme_succeeds(self):
        text = (helm.ROOT / "README.md").read_text()
        pods = [one for block in re.findall(r"^```yaml\n(.*?)^```$", text, re.S | re.M) if "kind: Pod" in block
                for one in manifests.documents(block)]
        self.assertEqual(self.expect_success(pods), 3)

    def explained(self, sidecar, container):
        """The exec probe of the sidecar, if any, succeeds in the environment of the container."""
        command = container.get("readinessProbe", {}).get("exec", {}).get("command")
        if command:
            self.assertIn(command[0], ("/telltale", "telltale"))
            environment = {**os.environ, **self.environment(container)}
            ask = lambda: self.inside(sidecar, harness.TELLTALE, *command[1:], env=environment)  # noqa: E731
            harness.wait_until(lambda: ask().returncode == 0, "the exec probe succeeds")

    def test_the_sidecar_is_restarted_only_when_it_hangs(self):
        gone = {"name": "gone", "type": "marker", "path": "/nonexistent", "gates": ["live", "ready", "startup"]}
        objects = helm.rendered(HELM, "--set", "demo.enabled=true", "--set-json", f"config.checks={json.dumps([gone])}")
        _, _, spec = next(rules.pods(objects))
        sidecar, own = self.start_pod(objects, spec)
        application = spec["containers"][0]
        harness.wait_until(lambda: self.asked(sidecar, application, application["livenessProbe"]["httpGet"]) == 503, "live fails")
        liveness = own["livenessProbe"]["httpGet"]
        self.assertEqual(self.asked(sidecar, own, liveness), 200)
        sidecar.process.send_signal(signal.SIGSTOP)
        self.addCleanup(sidecar.process.send_signal, signal.SIGCONT)
        self.assertEqual(self.asked(sidecar, own, liveness, patience=own["livenessProbe"]["timeoutSeconds"]), 0)


if __name__ == "__main__":
    helm.main()
