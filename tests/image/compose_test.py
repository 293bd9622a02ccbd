#!/usr/bin/python3
"""examples/compose: the file is valid, and its application and telltale run as described and become healthy."""
import copy
import json
import os
import pathlib
import shutil
import subprocess
import time
import unittest

import yaml

import engine

COMPOSE = engine.ROOT / "examples" / "compose" / "compose.yaml"
PROJECT = f"telltale{os.getpid()}"
# Replaces the public image, which is not available everywhere, with Debian's program in the same environment.
PROMETHEUS = """
ARG BASE
FROM ${BASE}
RUN install -d -o 65534 -g 65534 /prometheus
COPY prometheus /bin/
ENTRYPOINT ["/bin/prometheus"]
"""


def compose_file():
    return yaml.safe_load(COMPOSE.read_text())


class File(unittest.TestCase):
    @unittest.skipUnless(shutil.which("docker-compose"), "no docker-compose; scripts/deps.sh --test brings it")
    def test_it_is_valid(self):
        done = subprocess.run(["docker-compose", "-f", COMPOSE, "config", "--quiet"], capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_every_service_is_hardened_and_limited(self):
        for name, service in compose_file()["services"].items():
            with self.subTest(name):
                self.assertIs(service["read_only"], True)
                self.assertEqual((service["cap_drop"], service["security_opt"]), (["ALL"], ["no-new-privileges:true"]))
                self.assertEqual(set(service["deploy"]["resources"]["limits"]), {"cpus", "memory"})
                self.assertIn("max-size", service["logging"]["options"])

    def test_prometheus_waits_for_a_healthy_telltale_and_scrapes_it(self):
        services = compose_file()["services"]
        self.assertEqual(services["prometheus"]["depends_on"], {"telltale": {"condition": "service_healthy"}})
        scraped = yaml.safe_load((COMPOSE.parent / "prometheus" / "prometheus.yml").read_text())
        self.assertEqual(scraped["scrape_configs"][0]["static_configs"], [{"targets": ["telltale:9640"]}])
        self.assertEqual(scraped["scrape_configs"][0]["job_name"], "telltale")  # used by the alerts

    def test_files_that_are_mounted_exist_and_the_application_is_inside_only(self):
        content = compose_file()
        for service in content["services"].values():
            for volume in service["volumes"]:
                source = volume.split(":")[0]
                there = source in content["volumes"] or (COMPOSE.parent / source).is_file()
                self.assertTrue(there, volume)
        self.assertEqual(content["services"]["app"]["networks"], ["inside"])
        self.assertIs(content["networks"]["inside"]["internal"], True)
        self.assertIn("data:/data:ro", content["services"]["telltale"]["volumes"])


class Running(unittest.TestCase):
    """app and telltale run by podman-compose in their own network namespace, so that the ports are free."""

    @classmethod
    def setUpClass(cls):
        cls.host = engine.shared()
        cls.host.podman("tag", engine.IMAGE, "localhost/telltale:latest")
        cls.host.build("localhost/telltale-demo-app", "--build-arg", f"BASE={cls.host.base}",
                       context=engine.ROOT / "examples" / "demo-app")
        cls.build_prometheus()
        subprocess.run(["ip", "netns", "add", PROJECT], check=True)
        cls.addClassCleanup(subprocess.run, ["ip", "netns", "delete", PROJECT], check=True)
        subprocess.run(["ip", "-n", PROJECT, "link", "set", "lo", "up"], check=True)
        cls.inside = ("nsenter", f"--net=/run/netns/{PROJECT}")
        cls.podman = cls.host.folder / "podman"
        cls.podman.write_text(f'#!/bin/sh\nexec {" ".join(cls.inside)} podman {" ".join(cls.host.options())} "$@"\n')
        cls.podman.chmod(0o755)

    @classmethod
    def build_prometheus(cls):
        program = engine.TOOLS / "prometheus"
        if not program.exists():
            raise unittest.SkipTest("no prometheus; scripts/deps.sh --test brings it")
        context = cls.host.folder / "prometheus"
        context.mkdir()
        shutil.copy(program, context)
        (context / "Dockerfile").write_text(PROMETHEUS)
        cls.host.build("localhost/" + compose_file()["services"]["prometheus"]["image"], "--build-arg", f"BASE={cls.host.base}",
                       context=context)

    def compose(self, content, *arguments):
        # Paths are relative to the original file. They are made absolute, because a copy beside it would be left
        # behind.
        content = copy.deepcopy(content)
        for service in content["services"].values():
            service["volumes"] = [str((COMPOSE.parent / volume).resolve()) if volume.startswith(".") else volume
                                  for volume in service["volumes"]]
        file = self.host.folder / "compose.yaml"
        file.write_text(yaml.safe_dump(content))
        done = subprocess.run(["podman-compose", "--podman-path", self.podman, "-f", file, "-p", PROJECT, *arguments],
                              capture_output=True, text=True, timeout=120, env=self.host.environment)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def run_podman(self, *arguments):
        return subprocess.run([self.podman, *arguments], capture_output=True, text=True, timeout=60, env=self.host.environment)

    def get(self, url, *arguments):
        return subprocess.run([*self.inside, "curl", "-s", "--max-time", "5", url, *arguments], capture_output=True, text=True).stdout

    def asked(self, expression):
        """The values from Prometheus, none while it does not respond."""
        answer = self.get("http://127.0.0.1:9090/api/v1/query", "--get", "--data-urlencode", f"query={expression}")
        return [one["value"][1] for one in json.loads(answer)["data"]["result"]] if answer else []

    def until(self, condition, what):
        end = time.monotonic() + 60
        while not (value := condition()):
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.2)
        return value

    def test_telltale_becomes_healthy_and_reports_an_unhealthy_application(self):
        content = compose_file()
        self.compose(content, "up", "--detach", "--no-build", "app")
        app, telltale = f"{PROJECT}_app_1", f"{PROJECT}_telltale_1"
        self.compose(content, "up", "--detach", "--no-build", "telltale")

        def health():
            return self.run_podman("healthcheck", "run", telltale).returncode == 0
        self.until(health, self.run_podman("logs", telltale).stderr)
        output = self.get("http://127.0.0.1:9640/ready?verbose")
        for name in ("db", "data", "updates", "model"):
            self.assertIn(f"[+]{name} ok", output)

        self.compose(content, "up", "--detach", "--no-build", "prometheus")
        self.until(lambda: self.asked('telltale_gate_up{gate="ready", job="telltale"}') == ["1"], "Prometheus scrapes telltale")
        groups = json.loads(self.get("http://127.0.0.1:9090/api/v1/rules"))["data"]["groups"]
        self.assertIn("TelltaleNotReady", [rule["name"] for group in groups for rule in group["rules"]])

        self.run_podman("exec", app, "demo_app.py", "break", "marker")
        self.until(lambda: not health(), "a removed marker is seen")
        self.until(lambda: self.asked('ALERTS{alertname="TelltaleNotReady", alertstate="pending"}') == ["1"], "an alert is pending")
        self.run_podman("exec", app, "demo_app.py", "repair", "all")
        self.until(health, "healthy again")
        self.run_podman("stop", "--time", "20", telltale)
        state = yaml.safe_load(self.run_podman("inspect", telltale).stdout)[0]["State"]
        self.assertEqual(state["ExitCode"], 0)


if __name__ == "__main__":
    engine.main()
