"""A failed start prints one line with the location, exits with 2 and leaves no process."""
import os
import pathlib
import socket
import subprocess

import harness

GOOD = "checks: [{name: root, type: disk, path: /}]\n"


class Startup(harness.TestCase):
    def refused(self, config, *arguments, words=()):
        if config is not None:
            (self.dir / "telltale.yaml").write_bytes(config if isinstance(config, bytes) else config.encode())
            arguments = ("-c", "telltale.yaml", *arguments)
        done = self.run_telltale("serve", "--listen", "127.0.0.1:0", *arguments)
        self.assertEqual(done.returncode, 2, done)
        self.assertEqual(done.stdout, "")
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertNotIn('"msg":"listening"', done.stderr)
        return done.stderr

    def test_an_unknown_check_type(self):
        text = self.refused("checks:\n  - {name: a, type: dsik, path: /}\n", words=["telltale.yaml:2:", "did you mean 'disk'"])
        self.assertIn("^", text)

    def test_duplicate_names(self):
        self.refused("checks:\n  - {name: a, type: disk, path: /}\n  - {name: a, type: disk, path: /}\n",
                     words=["telltale.yaml:3:", "'a'"])

    def test_a_configuration_without_checks(self):
        self.refused("checks: []\n", words=["telltale.yaml:1:", "ready_without_checks"])

    def test_every_error_is_reported_at_once(self):
        text = self.refused("checks:\n  - {name: a, type: disk, path: /, interval: 5}\n  - {name: b, typ: disk}\n")
        self.assertIn("telltale.yaml:2:", text)
        self.assertIn("telltale.yaml:3:", text)

    def test_a_missing_file(self):
        self.assertEqual(self.refused(None, "-c", "nowhere.yaml", words=["nowhere.yaml"]).count("\n"), 1)

    def test_an_unreadable_file(self):
        if os.geteuid() == 0:
            self.skipTest("root reads every file")
        (self.dir / "closed.yaml").write_text(GOOD)
        (self.dir / "closed.yaml").chmod(0)
        self.refused(None, "-c", "closed.yaml", words=["closed.yaml", "denied"])

    def test_a_directory(self):
        self.assertEqual(self.refused(None, "-c", str(self.dir), words=["directory"]).count("\n"), 1)

    def test_a_fifo(self):
        os.mkfifo(self.dir / "fifo")
        self.assertEqual(self.refused(None, "-c", "fifo", words=["fifo"]).count("\n"), 1)

    def test_ten_mebibytes_of_garbage(self):
        (self.dir / "junk").write_bytes(os.urandom(10 << 20))
        self.assertEqual(self.refused(None, "-c", "junk", words=["junk", "1 MiB"]).count("\n"), 1)

    def test_a_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            text = self.refused(GOOD, "--listen", f"127.0.0.1:{port}", words=[str(port), "in use"])
            self.assertEqual(text.count("\n"), 1)

    def test_a_privileged_port(self):
        if os.geteuid() != 0:
            self.skipTest("needs root to become an ordinary user")
        (self.dir / "telltale.yaml").write_text(GOOD)
        self.dir.chmod(0o755)
        start = pathlib.Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text().strip()
        if int(start) <= 80:
            self.skipTest(f"ports from {start} are open to everybody here")
        done = subprocess.run([harness.TELLTALE, "serve", "-c", str(self.dir / "telltale.yaml"), "--listen", "127.0.0.1:80"],
                              capture_output=True, text=True, timeout=60, user=65534, cwd="/")
        self.assertEqual(done.returncode, 2, done)
        self.assertIn("127.0.0.1:80", done.stderr)
        self.assertIn("ermission denied", done.stderr)

    def test_missing_tls_files(self):
        self.refused(f"server: {{tls: {{cert: {self.dir}/no.crt, key: {self.dir}/no.key}}}}\n" + GOOD, words=["no.crt"])

    def test_a_missing_token_file(self):
        self.refused("server: {token: {file: /nowhere/token}}\n" + GOOD, words=["/nowhere/token"])

    def test_an_invalid_address(self):
        self.refused("server: {listen: everywhere}\n" + GOOD, words=["telltale.yaml:1:", "listen"])

    def test_without_any_file_the_root_disk_is_checked(self):
        if pathlib.Path("/etc/telltale/telltale.yaml").exists():
            self.skipTest("this machine has an installed configuration")
        done = self.run_telltale("check", "--format", "json")
        self.assertIn('"disk"', done.stdout)

    def test_standard_input_is_a_configuration_too(self):
        done = self.run_telltale("validate", "-", stdin=GOOD)
        self.assertEqual(done.returncode, 0, done)
        done = self.run_telltale("validate", "-", stdin="checks: [")
        self.assertEqual(done.returncode, 2, done)
        self.assertIn("<stdin>:1:", done.stderr + done.stdout)


if __name__ == "__main__":
    harness.main()
