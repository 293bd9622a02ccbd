#!/usr/bin/python3
"""The image as users build and run it: size, content, health check and end."""
import os
import pathlib
import shutil
import tempfile
import time
import unittest

import engine
from engine import IMAGE

MEGABYTE = 1_000_000
NANOSECONDS = 1_000_000_000
LIMIT = 16 * MEGABYTE
CONFIG = """
server: {{listen: "127.0.0.1:{port}", drain_delay: 500ms, shutdown_timeout: 5s}}
defaults: {{interval: 300ms, timeout: 250ms, failing_interval: 300ms}}
checks: [{{name: model, type: marker, path: /data/loaded}}]
"""


def setUpModule():
    global host
    host = engine.shared()


def run(*arguments, **options):
    return host.podman("run", "--rm", *engine.HARDENED, *arguments, **options)


class Content(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.files = host.files(IMAGE)
        cls.config = host.inspect(IMAGE)["Config"]

    def test_it_is_small(self):
        size = sum(self.files.values())
        print(f"{size / MEGABYTE:.1f} MB unpacked, {len(self.files)} files; the program {self.files['opt/telltale/telltale']}")
        self.assertLess(size, LIMIT)

    def test_it_contains_the_program_and_no_library(self):
        self.assertEqual(set(self.files), {"opt/telltale/telltale", "telltale", "etc/telltale/telltale.yaml", "etc/passwd", "etc/group",
                                           "etc/ssl/certs/ca-certificates.crt"})

    def test_its_user_is_nobody_and_its_commands_need_no_shell(self):
        self.assertEqual(self.config["User"], "65532:65532")
        self.assertEqual((self.config["Entrypoint"], self.config["Cmd"]), (["/telltale"], ["serve"]))
        self.assertIn("9640/tcp", self.config["ExposedPorts"])

    def test_its_labels_are_correct(self):
        labels = {key.removeprefix("org.opencontainers.image."): value for key, value in self.config["Labels"].items()}
        self.assertEqual(run(IMAGE, "--version").stdout.splitlines()[0], f"telltale {labels['version']}")
        self.assertEqual((labels["title"], labels["licenses"], labels["revision"]), ("telltale", "Apache-2.0", "0123abc"))

    def test_its_own_configuration_is_valid_and_listens_on_all_addresses(self):
        run(IMAGE, "validate", "/etc/telltale/telltale.yaml")
        self.assertIn("0.0.0.0:9640", (engine.ROOT / "image" / "telltale.yaml").read_text())
        self.assertRegex(run(IMAGE, "check", "--format", "text").stdout, r"(?m)^\[\+\]root|root .*ok")

    def test_only_copied_files_are_sent_to_the_builder(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "Dockerfile")
            file.write_text("FROM scratch\nCOPY . /\n")
            host.build("localhost/context:test", "-f", file)
        sent = {path.split("/")[0] for path in host.files("localhost/context:test")}
        self.assertEqual(sent, {"CMakeLists.txt", "CMakePresets.json", "scripts", "cmake", "include", "lib", "checks", "sidecar", "image"})

    def test_one_copy_instruction_adds_it_to_another_image(self):
        with tempfile.TemporaryDirectory() as folder:
            # It contains no file of the program's environment, not even a C library.
            pathlib.Path(folder, "Dockerfile").write_text(
                f'FROM scratch\nCOPY --from={IMAGE} /opt/telltale /opt/telltale\nENTRYPOINT ["/opt/telltale/telltale"]\n')
            host.build("localhost/other:test", context=folder)
        self.assertIn("1 passed, 0 warned, 0 failed", run("localhost/other:test", "check").stdout)


class Container(unittest.TestCase):
    """One running container, hardened."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="telltale-image-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.folder.chmod(0o755)
        (self.folder / "data").mkdir()
        # The HEALTHCHECK reads the address from the same file.
        (self.folder / "telltale.yaml").write_text(CONFIG.format(port=engine.free_port()))
        self.name = f"telltale-test-{os.getpid()}"
        self.addCleanup(host.podman, "rm", "--force", "--ignore", "--time", "0", self.name)

    def start(self, *options):
        host.podman("run", "--detach", "--name", self.name, *engine.HARDENED, *options, "--volume", f"{self.folder}/data:/data:ro",
                    "--volume", f"{self.folder}/telltale.yaml:/etc/telltale/telltale.yaml:ro", IMAGE)

    def health(self):
        return host.inspect(self.name)["State"]["Health"]["Status"]

    def ask(self):
        """The exit code of the HEALTHCHECK; like the engine's own timer, it changes the container's state."""
        return host.podman("healthcheck", "run", self.name, check=False).returncode

    def until(self, condition):
        end = time.monotonic() + 30
        while not condition():
            self.assertLess(time.monotonic(), end, f"not within 30 s: {host.inspect(self.name)['State']}")
            time.sleep(0.2)

    def ask_until(self, code):
        self.until(lambda: self.ask() == code)

    def test_a_slow_startup_does_not_become_unhealthy(self):
        self.start()
        own = host.inspect(self.name)["Config"]["Healthcheck"]
        self.assertEqual(own["Test"], ["CMD", "/telltale", "healthcheck"])
        self.assertGreaterEqual(own["StartPeriod"], 5 * 60 * NANOSECONDS)
        for _ in range(own["Retries"] + 1):
            self.assertEqual(self.ask(), 1)
            self.assertEqual(self.health(), "starting")  # failures within the start period do not count
        (self.folder / "data" / "loaded").touch()
        self.ask_until(0)
        self.assertEqual(self.health(), "healthy")

    def test_its_health_changes_from_starting_to_healthy_to_unhealthy_and_back(self):
        # podman waits for the end of the start period; Docker ends it with the first success.
        self.start("--health-cmd", '["/telltale", "healthcheck"]', "--health-start-period", "1s", "--health-retries", "3")
        self.assertEqual(self.health(), "starting")

        (self.folder / "data" / "loaded").touch()
        self.ask_until(0)
        self.assertEqual(self.health(), "healthy")

        (self.folder / "data" / "loaded").unlink()
        self.ask_until(1)
        self.assertEqual(self.health(), "healthy")  # three in a row are needed
        self.until(lambda: self.ask() == 1 and self.health() == "unhealthy")
        self.assertIn("model fail missing: /data/loaded does not exist",
                      host.inspect(self.name)["State"]["Health"]["Log"][-1]["Output"])

        (self.folder / "data" / "loaded").touch()
        self.ask_until(0)
        self.assertEqual(self.health(), "healthy")

    def test_sigterm_ends_it_with_0_in_time(self):
        self.start()
        (self.folder / "data" / "loaded").touch()
        self.ask_until(0)
        started = time.monotonic()
        host.podman("stop", "--time", "20", self.name)
        took = time.monotonic() - started
        state = host.inspect(self.name)["State"]
        self.assertEqual((state["Status"], state["ExitCode"]), ("exited", 0))
        self.assertLess(took, 8, "drain_delay is 0.5 s, shutdown_timeout 5 s")
        self.assertIn('"msg":"stopped"', host.podman("logs", self.name).stderr)


if __name__ == "__main__":
    engine.main()
