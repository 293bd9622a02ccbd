"""telltale check: its formats, exit codes and selections, as people and monitoring systems use it."""
import json
import os
import pathlib
import pty
import re
import socket
import subprocess
import xml.etree.ElementTree as ElementTree

import harness
from commands import ROOT, Commands, checks, marker

ESCAPE = "\x1b["
SECRET = "a-planted-secret"


class Check(Commands):
    """One passing check, and one degraded check with characters that every format must escape."""

    def setUp(self):
        super().setUp()
        self.nasty = "/nowhere/a<b>&c|d'e=f"
        self.write(checks(ROOT, marker("gone", self.nasty, severity="degraded")))
        self.write(checks(ROOT), "good.yaml")
        self.write(checks(ROOT, marker("gone", self.nasty)), "bad.yaml")

    def check(self, *arguments, code, **options):
        done = self.run_telltale("check", "-c", "telltale.yaml", *arguments, **options)
        self.assertEqual(done.returncode, code, done)
        self.assertEqual(done.stderr, "")
        return done.stdout

    def test_the_table_is_plain_in_a_pipe_and_aligned(self):
        text = self.check(code=0)
        self.assertNotIn(ESCAPE, text)
        head, root, gone, total = text.splitlines()
        self.assertRegex(head, r"^CHECK +VERDICT +REASON +TIME +MESSAGE$")
        self.assertRegex(root, r"^root +pass +ok +\d")
        self.assertRegex(gone, r"^gone +fail +missing +\d.*" + re.escape(self.nasty) + ".*severity degraded")
        self.assertEqual({line.index(word) for line, word in ((head, "VERDICT"), (root, "pass"), (gone, "fail"))},
                         {head.index("VERDICT")})
        self.assertEqual(total, "1 passed, 0 warned, 1 failed")

    def test_colours_on_demand_on_a_terminal_and_never_against_no_color(self):
        self.assertIn(ESCAPE, self.check("--color", "always", code=0))
        self.assertIn(ESCAPE, self.on_terminal())
        self.assertNotIn(ESCAPE, self.on_terminal("--color", "never"))
        self.assertNotIn(ESCAPE, self.on_terminal(NO_COLOR="1"))

    def on_terminal(self, *arguments, **env):
        ours, theirs = pty.openpty()
        surroundings = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        process = subprocess.Popen([harness.TELLTALE, "check", "-c", "telltale.yaml", *arguments], stdout=theirs,
                                   cwd=self.dir, env={**surroundings, **env})
        os.close(theirs)
        text = b""
        try:
            while chunk := os.read(ours, 4096):
                text += chunk
        except OSError:  # the end of a terminal
            pass
        os.close(ours)
        self.assertEqual(process.wait(60), 0)
        return text.decode()

    def test_json_has_the_complete_result(self):
        found = json.loads(self.check("--format", "json", code=0))
        self.assertEqual(found["verdict"], "warn")
        root, gone = found["checks"]
        self.assertEqual((root["name"], root["type"], root["verdict"], root["reason"]), ("root", "disk", "pass", "ok"))
        self.assertGreater(root["measurements"]["total_bytes"], 0)
        self.assertEqual((gone["reason"], gone["severity"]), ("missing", "degraded"))
        self.assertIn(self.nasty, gone["message"])
        self.assertGreaterEqual(gone["duration_seconds"], 0)

    def test_text_has_the_lines_of_the_sidecar(self):
        root, gone = self.check("--format", "text", code=0).splitlines()
        self.assertEqual(root, "[+]root ok")
        self.assertTrue(gone.startswith(f"[-]gone fail missing: {self.nasty} does not exist"), gone)

    def test_junit_is_xml_that_counts_right(self):
        suites = ElementTree.fromstring(self.check("--format", "junit", code=0))
        self.assertEqual(suites.tag, "testsuites")
        suite = suites.find("testsuite")
        self.assertEqual((suite.get("tests"), suite.get("failures"), suite.get("errors")), ("2", "1", "0"))
        root, gone = suite.findall("testcase")
        self.assertEqual((root.get("classname"), root.get("name")), ("telltale.disk", "root"))
        self.assertIsNone(root.find("failure"))
        self.assertEqual(gone.find("failure").get("type"), "missing")
        self.assertIn(self.nasty, gone.find("failure").get("message"))
        self.assertGreaterEqual(float(gone.get("time")), 0)

    def test_nagios_has_one_line_performance_data_and_plugin_exit_codes(self):
        line = self.check("--format", "nagios", code=1)
        self.assertEqual(line.count("\n"), 1)
        self.assertEqual(line.count("|"), 1, "everything behind it is performance data")
        words, data = line.rstrip("\n").split("|")
        self.assertTrue(words.startswith("TELLTALE WARNING - gone fail missing: "), words)
        one = r"'[^'=|]+'=-?\d+(\.\d+)?(s|B|%|c)?(;[^; ]*){0,4}"
        self.assertRegex(data, rf"^ {one}( {one})*$")
        self.assertIn("'root.used_ratio'=", data)
        for arguments, code, word in ((("-c", "good.yaml"), 0, "OK"), (("-c", "bad.yaml"), 2, "CRITICAL"),
                                      (("-c", "nowhere.yaml"), 3, "UNKNOWN")):
            done = self.run_telltale("check", *arguments, "--format", "nagios")
            self.assertEqual((done.returncode, done.stderr), (code, ""), done)
            self.assertTrue(done.stdout.startswith(f"TELLTALE {word} - "), done)
            self.assertEqual(done.stdout.count("\n"), 1)

    def test_a_critical_failure_is_exit_code_1_in_every_other_format(self):
        for form in ("table", "json", "text", "junit"):
            done = self.run_telltale("check", "-c", "bad.yaml", "--format", form)
            self.assertEqual(done.returncode, 1, done)
            self.assertIn("missing", done.stdout)

    def test_only_the_named_checks_run(self):
        found = json.loads(self.check("--format", "json", "gone", code=0))
        self.assertEqual([c["name"] for c in found["checks"]], ["gone"])
        done = self.run_telltale("check", "-c", "telltale.yaml", "rot")
        self.assertEqual(done.returncode, 2, done)
        self.assertIn("did you mean 'root'", done.stderr)
        self.assertEqual((done.stdout, done.stderr.count("\n")), ("", 1))

    def test_a_check_without_a_response_ends_with_its_timeout(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts in its backlog, sends nothing
            url = f"ws://127.0.0.1:{silent.getsockname()[1]}/"
            self.write(checks(ROOT, f'{{name: silent, type: websocket, url: "{url}", timeout: 300ms, interval: 1s}}'))
            found = json.loads(self.check("--format", "json", code=1))
        self.assertEqual([c["reason"] for c in found["checks"]], ["ok", "timeout"])

    def test_no_format_shows_a_secret(self):
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            url = f"ws://127.0.0.1:{nobody.getsockname()[1]}/?token={SECRET}"
            self.write(checks(f'{{name: ws, type: websocket, url: "{url}", headers: {{X-Key: {{env: PLANTED}}}}}}'))
            for form in ("table", "json", "text", "junit", "nagios"):
                done = self.run_telltale("check", "-c", "telltale.yaml", "--format", form, env={"PLANTED": SECRET})
                self.assertIn("refused", done.stdout)
                self.assertNotIn(SECRET, done.stdout + done.stderr)

    def test_it_works_without_a_configuration(self):
        if pathlib.Path("/etc/telltale/telltale.yaml").exists():
            self.skipTest("this machine has an installed configuration")
        done = self.run_telltale("check")
        self.assertIn(done.returncode, (0, 1), "the root disk of this machine may be full")
        self.assertRegex(done.stdout, r"(?m)^\S+ +(pass|warn|fail) +\S+ +\d.* / ")


if __name__ == "__main__":
    harness.main()
