"""Every command as used by people, scripts, Docker and monitoring systems."""
import json
import os
import pathlib
import pty
import re
import signal
import socket
import subprocess
import threading
import xml.etree.ElementTree as ElementTree

import jsonschema
import yaml

import harness
from authority import Authority

SOURCE = pathlib.Path(os.environ["TELLTALE_SOURCE"])
COMMANDS = ("serve", "check", "healthcheck", "wait", "validate", "checks", "schema")
ESCAPE = "\x1b["
ROOT = "{name: root, type: disk, path: /, warn: 100%, fail: 100%, inodes: {fail: 100%}}"
SECRET = "a-planted-secret"


def checks(*entries):
    return "checks:\n" + "".join(f"  - {e}\n" for e in entries)


def marker(name, path, **settings):
    more = "".join(f", {k}: {v}" for k, v in settings.items())
    return f'{{name: {name}, type: marker, path: "{path}"{more}}}'


class Commands(harness.TestCase):
    def write(self, text, name="telltale.yaml"):
        (self.dir / name).write_text(text)
        return name


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


class Reference(Commands):
    def test_types_are_listed_and_each_is_described(self):
        listed = self.run_telltale("checks")
        self.assertEqual(listed.returncode, 0, listed)
        types = json.loads(self.run_telltale("checks", "--format", "json").stdout)
        for name, option in {"sqlite": "path", "disk": "path", "tcp": "address", "websocket": "url", "marker": "path"}.items():
            self.assertRegex(listed.stdout, rf"(?m)^{name} ")
            self.assertIn(f'"{name}"', json.dumps(types))
            one = self.run_telltale("checks", name)
            self.assertEqual((one.returncode, one.stderr), (0, ""), one)
            self.assertIn(option, one.stdout)
        done = self.run_telltale("checks", "dsk")
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1))
        self.assertIn("did you mean 'disk'", done.stderr)

    def test_the_schema_is_valid_and_accepts_the_examples(self):
        schema = json.loads(self.run_telltale("schema").stdout)
        jsonschema.Draft7Validator.check_schema(schema)
        validator = jsonschema.Draft7Validator(schema)
        examples = [*SOURCE.glob("examples/*.yaml"), *SOURCE.glob("examples/*/telltale.yaml")]
        self.assertGreaterEqual(len(examples), 5)
        for example in examples:
            errors = [e.message for e in validator.iter_errors(yaml.safe_load(example.read_text()))]
            self.assertEqual(errors, [], example)

    def test_the_schema_refuses_what_the_program_refuses(self):
        schema = json.loads(self.run_telltale("schema").stdout)
        validator = jsonschema.Draft7Validator(schema)
        for text in (checks("{name: a, type: dsik, path: /}"), checks("{name: a, type: disk, path: /, interval: 5}"),
                     checks("{name: a, type: disk, pfad: /}"), checks("{name: a, type: disk}"), "chekcs: []\n",
                     checks("{name: a, type: disk, path: /, severity: deadly}")):
            self.assertFalse(validator.is_valid(yaml.safe_load(text)), text)
            done = self.run_telltale("validate", "-", stdin=text)
            self.assertEqual(done.returncode, 2, text)

    def test_validate_reports_every_file(self):
        self.write(checks(ROOT), "one.yaml")
        self.write(checks(ROOT, "{name: two, type: dsik}"), "two.yaml")
        self.write("checks: [\n", "three.yaml")
        done = self.run_telltale("validate", "one.yaml", "two.yaml", "nowhere.yaml", "three.yaml")
        self.assertEqual(done.returncode, 2, done)
        self.assertEqual(done.stdout, "one.yaml: ok (1 check)\n")
        for place in (r"two\.yaml:3:\d+: ", r"nowhere\.yaml: ", r"three\.yaml:\d+:\d+: "):
            self.assertRegex(done.stderr, rf"(?m)^{place}")
        self.write(checks(ROOT, "{name: db, type: tcp, address: 'db:5432'}"), "hinted.yaml")
        done = self.run_telltale("validate", "hinted.yaml")
        self.assertEqual((done.returncode, done.stdout), (0, "hinted.yaml: ok (2 checks)\n"), done)
        self.assertRegex(done.stderr, r"^hinted\.yaml:3:\d+: hint: address: on port 5432 PostgreSQL .*\n$")
        done = self.run_telltale("validate", *map(str, SOURCE.glob("examples/*.yaml")))
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)


class Manners(Commands):
    """Every command with --help, with invalid arguments, and with a closed reader."""

    def test_help_and_version(self):
        for arguments in (("--help",), ("-h",), *((c, "--help") for c in COMMANDS)):
            done = self.run_telltale(*arguments)
            self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
            self.assertIn("Usage: telltale", done.stdout)
            self.assertLessEqual(max(map(len, done.stdout.splitlines())), 120, arguments)
        everything = self.run_telltale("--help").stdout
        for command in COMMANDS:
            self.assertRegex(everything, rf"(?m)^  {command} ")
        for option in ("--version", "-V"):
            done = self.run_telltale(option)
            self.assertEqual((done.returncode, done.stderr), (0, ""), done)
            self.assertRegex(done.stdout, r"^telltale \d+\.\d+\.\d+\n")

    def test_invalid_arguments_are_one_line_and_exit_code_2(self):
        for arguments, words in (
            (("helthcheck",), "did you mean 'healthcheck'"), (("--bogus",), "--bogus"), (("serve", "extra"), "extra"),
            (("check", "--frmat", "json"), "did you mean '--format'"), (("check", "--format", "yaml"), "yaml"),
            (("schema", "extra"), "extra"), (("checks", "a", "b"), "one check type"), (("validate",), "file"),
            (("wait", "--timeout", "soon"), "soon"), (("wait", "--url", "gopher://a"), "http://"),
            (("serve", "-c"), "-c"), (("worker",), "this command is internal"),
        ):
            done = self.run_telltale(*arguments)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1), done)
            self.assertIn(words, done.stderr)

    def test_a_closed_reader_does_not_crash_the_command(self):
        """As in `telltale checks | head -1`, which ends before everything is written."""
        for arguments in (("checks",), ("checks", "--markdown"), ("schema",), ("--help",), ("check",), ("--version",)):
            for ignored in (False, True):  # SIGPIPE, as some parents leave it
                reader, writer = os.pipe()
                os.close(reader)
                done = subprocess.run([harness.TELLTALE, *arguments], stdout=writer, stderr=subprocess.PIPE, text=True,
                                      timeout=60, cwd=self.dir, restore_signals=not ignored)
                os.close(writer)
                self.assertEqual(done.returncode, 1 if ignored else -signal.SIGPIPE, (arguments, done))
                self.assertNotIn("Sanitizer", done.stderr)

    def test_a_full_disk_is_an_error(self):
        with open("/dev/full", "w") as full:
            for arguments in (("schema",), ("checks",)):
                done = subprocess.run([harness.TELLTALE, *arguments], stdout=full, stderr=subprocess.PIPE, text=True)
                self.assertEqual(done.returncode, 1, done)
                self.assertIn("cannot write to standard output", done.stderr)


class Logging(Commands):
    """Where log lines are written, and how log collectors read them."""

    def run_for_a_moment(self, *arguments, **options):
        """The output of a sidecar from start to end: standard output, standard error."""
        self.write("server: {listen: 127.0.0.1:0, drain_delay: 0s}\n" + checks(ROOT))
        process = subprocess.Popen([harness.TELLTALE, "serve", "-c", "telltale.yaml", *arguments], cwd=self.dir,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
        self.addCleanup(process.kill)
        stream = process.stdout if "stdout" in arguments else process.stderr
        lines = []
        for line in stream:
            lines.append(line)
            if '"listening"' in line:
                process.send_signal(signal.SIGTERM)
                process.send_signal(signal.SIGTERM)  # skips the drain
        other = (process.stderr if stream is process.stdout else process.stdout).read()
        self.assertEqual(process.wait(harness.PATIENCE), 0)
        process.stdout.close()
        process.stderr.close()
        return lines, other

    def test_json_lines_have_a_severity(self):
        lines, output = self.run_for_a_moment()
        self.assertEqual(output, "")
        severities = {"info": "INFO", "warn": "WARNING", "error": "ERROR"}
        for line in map(json.loads, lines):
            self.assertEqual(line["severity"], severities[line["level"]], line)

    def test_hints_are_logged_once_at_the_start_and_after_a_reload(self):
        hinted = "{name: live, type: tcp, address: 'db.internal:80', gates: [live], interval: 1h}"
        sidecar = self.start(checks(ROOT, hinted))
        self.assertEqual([(l["level"], l["line"]) for l in sidecar.log if l["msg"].startswith("hint: gates: ")],
                         [("info", 3)])
        sidecar.config.write_text(checks(hinted, ROOT))
        sidecar.process.send_signal(signal.SIGHUP)
        harness.wait_until(lambda: [l["line"] for l in sidecar.log if l["msg"].startswith("hint: ")] == [3, 2],
                           "the hint is logged again")

    def test_log_output_stdout_leaves_standard_error_empty(self):
        lines, errors = self.run_for_a_moment("--log-output", "stdout")
        self.assertGreaterEqual(len([json.loads(line) for line in lines]), 2)
        self.assertEqual(errors, "")

    def test_journal_lines_have_priorities(self):
        """The journal's stream is identified by the device and inode of standard error."""
        def run(describe):
            reader, writer = os.pipe()
            info = os.fstat(writer)
            process = subprocess.Popen([harness.TELLTALE, "serve", "-c", "telltale.yaml"], cwd=self.dir, stderr=writer,
                                       env={**os.environ, "JOURNAL_STREAM": describe(info)})
            self.addCleanup(process.kill)
            os.close(writer)
            with open(reader) as stream:
                first = stream.readline()
                process.send_signal(signal.SIGTERM)
                process.send_signal(signal.SIGTERM)
                rest = stream.readlines()
            process.wait(harness.PATIENCE)
            return [first, *rest]

        self.write("server: {listen: 127.0.0.1:0, drain_delay: 0s}\n" + checks(ROOT))
        for line in run(lambda info: f"{info.st_dev}:{info.st_ino}"):
            self.assertRegex(line, r'^<[3-7]>\{"ts"')
            self.assertEqual(line[1] == "6", json.loads(line[3:])["level"] == "info", line)
        for line in run(lambda info: f"{info.st_dev}:{info.st_ino + 1}"):
            json.loads(line)


    def test_a_failed_start_is_an_error_in_the_journal(self):
        self.write("checks:\n  - {name: a, typ: disk}\n", "bad.yaml")
        self.write("server: {listen: 'unix:/nowhere/at/all.sock'}\n" + checks(ROOT))
        for arguments in (("-c", "bad.yaml"), ("-c", "telltale.yaml")):
            reader, writer = os.pipe()
            info = os.fstat(writer)
            for named in (True, False):
                stream = f"{info.st_dev}:{info.st_ino + (not named)}"
                code = subprocess.run([harness.TELLTALE, "serve", *arguments], cwd=self.dir, stderr=writer,
                                      env={**os.environ, "JOURNAL_STREAM": stream}, timeout=harness.PATIENCE).returncode
                self.assertEqual(code, 2)
                lines = os.read(reader, 65536).decode().splitlines()
                self.assertTrue(lines)
                for line in lines:
                    self.assertEqual(line.startswith("<3>"), named, lines)
            os.close(reader)
            os.close(writer)


class Asking(Commands):
    """healthcheck and wait with a running sidecar whose gate can be opened."""

    def setUp(self):
        super().setUp()
        self.open = self.dir / "open"

    def sidecar(self, listen="127.0.0.1:0"):
        return self.start("server: {drain_delay: 0s}\ndefaults: {interval: 300ms, timeout: 200ms}\n" +
                          checks(ROOT, marker("model", self.open)), listen=listen)

    def healthcheck(self, *arguments, code, env=None):
        done = self.run_telltale("healthcheck", "--timeout", "20s", *arguments, env=env)
        self.assertEqual((done.returncode, done.stderr), (code, ""), done)
        return done.stdout

    def test_healthcheck_is_0_or_1_with_the_reasons(self):
        url = self.sidecar().url
        text = harness.wait_until(lambda: (t := self.healthcheck("--url", url, code=1)) and "missing" in t and t, "red")
        self.assertRegex(text, r"(?m)^\[-\]model fail missing: .*open does not exist")
        self.assertLess(len(text), 4096)
        self.healthcheck("--url", url, "--gate", "live", code=0)
        self.open.write_text("")
        harness.wait_until(lambda: self.run_telltale("healthcheck", "--url", url).returncode == 0, "green")
        self.healthcheck(code=0, env={"TELLTALE_URL": url})
        self.healthcheck("--url", url + "/health", code=0)
        self.assertIn("404", self.healthcheck("--url", url + "/nowhere", code=1))
        for path in ("/", "/?verbose", "/checks/model?gate", "/checks/model?gate=1&verbose", "/ready?only=model"):
            self.healthcheck("--url", url + path, code=0)
        self.assertIn("not a verdict", self.healthcheck("--url", url + "/ping", code=1))
        self.assertEqual(self.run_telltale("wait", "--url", url + "/checks/model?gate", "--timeout", "20s").returncode, 0)
        self.assertIn("There is no check named modl;", self.healthcheck("--url", url + "/checks/modl?gate", code=1))

    def test_healthcheck_queries_a_unix_socket(self):
        path = self.dir / "telltale.sock"
        self.open.write_text("")
        self.sidecar(listen=f"unix:{path}")
        harness.wait_until(lambda: self.run_telltale("healthcheck", "--url", f"unix:{path}").returncode == 0, "green")
        self.healthcheck("--url", f"unix:{path}", "--gate", "startup", code=0)
        self.write(f"server: {{listen: 'unix:{path}'}}\n" + checks(ROOT), "where.yaml")
        self.healthcheck("-c", "where.yaml", code=0)

    def test_healthcheck_and_wait_use_the_installed_configuration(self):
        """/etc is a directory of the test in a mount namespace of the command."""
        if subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode != 0:
            self.skipTest("mount namespaces are not permitted here")
        cert, key = Authority(self.dir).issue("sidecar")
        (self.dir / "etc/telltale").mkdir(parents=True)
        installed = self.dir / "etc/telltale/telltale.yaml"

        def ask(*command, code):
            done = subprocess.run(["unshare", "-rm", "sh", "-c", 'mount --bind etc /etc && exec "$@"', "sh",
                                   harness.TELLTALE, *command], capture_output=True, text=True, cwd=self.dir,
                                  timeout=harness.PATIENCE, env={**os.environ, "TELLTALE_URL": ""})
            self.assertEqual(done.returncode, code, (installed.read_text(), done))
            return done.stdout

        port, other = harness.free_port(), harness.free_port()
        for server in (f"listen: 0.0.0.0:{port}", f"listen: unix:{self.dir}/t.sock",
                       f"listen: '[::]:{port}'\n  tls: {{cert: {cert}, key: {key}}}",
                       f"listen:\n  - {{address: 127.0.0.1:{other}, serves: [metrics]}}\n  - 127.0.0.1:{port}"):
            installed.write_text(f"server:\n  drain_delay: 0s\n  {server}\n" + checks(ROOT))
            sidecar = self.start(installed, listen=None)
            ask("wait", "--timeout", "20s", code=0)
            self.assertIn("[+]root ok", ask("healthcheck", "--timeout", "20s", code=0))
            self.assertEqual(sidecar.end(), 0)
        self.assertRegex(ask("healthcheck", code=1),
                         r"^no answer from .*\? The address comes from /etc/telltale/telltale.yaml; "
                         r"use --url, -c FILE or TELLTALE_URL to change it\n$")
        sidecar = self.start(f"server:\n  drain_delay: 0s\n  tls: {{cert: {cert}, key: {key}}}\n" + checks(ROOT))
        installed.write_text(f"server: {{listen: '{sidecar.address}'}}\n")
        self.assertIn("does it speak https?", ask("healthcheck", "--timeout", "20s", code=1))

    def test_healthcheck_is_never_2(self):
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            refused = f"http://127.0.0.1:{nobody.getsockname()[1]}"
            for arguments, words in (
                (("--url", refused), "refused"), (("--url", "unix:/nowhere/telltale.sock"), "No such file"),
                (("--url", f"unix:{self.dir}"), "no answer"), (("--url", "gopher://a"), "http://"),
                (("--url", "http://nosuch.invalid"), "nosuch.invalid"),
                (("-c", "nowhere.yaml"), "nowhere.yaml"),
            ):
                if "nosuch" in words and "thread" in os.environ.get("TELLTALE_SANITIZE", ""):
                    print("not tried: glibc looks names up in threads of its own, which ThreadSanitizer does not survive")
                    continue
                self.assertIn(words, self.healthcheck(*arguments, code=1), arguments)
        for arguments in (("--bogus",), ("--gate", "open"), ("extra",), ("--timeout", "x")):
            done = self.run_telltale("healthcheck", *arguments)
            self.assertEqual(done.returncode, 1, done)
            self.assertEqual((done.stdout + done.stderr).count("\n"), 1, done)

    def test_healthcheck_ends_in_time_with_a_silent_or_endless_server(self):
        for begins, limit, words in ((b"", "500ms", "in time"), (b"HTTP/1.1 200 OK\r\n", "500ms", "in time"),
                                     (b"SSH-2.0-x\r\n\r\n", "20s", "HTTP")):
            with socket.create_server(("127.0.0.1", 0)) as server:
                def serve():
                    peer, _ = server.accept()
                    peer.sendall(begins)
                    self.peer = peer
                thread = threading.Thread(target=serve)
                thread.start()
                done = self.run_telltale("healthcheck", "--timeout", limit, "--url",
                                         f"http://127.0.0.1:{server.getsockname()[1]}")
                thread.join(10)
                self.peer.close()
            self.assertEqual(done.returncode, 1, done)
            self.assertIn(words, done.stdout)

    def wait(self, *arguments, code, env=None):
        done = self.run_telltale("wait", "--interval", "50ms", *arguments, env=env)
        self.assertEqual(done.returncode, code, done)
        return done

    def test_wait_times_out_with_the_reasons(self):
        sidecar = self.sidecar()
        sidecar.wait_check("model", "fail")
        done = self.wait("--url", sidecar.url, "--timeout", "1s", code=1)
        self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr.splitlines()[-1], r"timed out after .*: .*model fail missing: .*open does not exist")
        not_run = self.wait("--url", sidecar.url, "--timeout", "100ms", "--", "touch", str(self.dir / "ran"), code=1)
        self.assertFalse((self.dir / "ran").exists(), not_run)

    def test_wait_passes_as_soon_as_the_gate_does(self):
        sidecar = self.sidecar()
        process = subprocess.Popen([harness.TELLTALE, "wait", "--url", sidecar.url, "--timeout", "100s"],
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        for line in process.stderr:  # pending comes first
            if "model fail missing" in line:
                break
        self.open.write_text("")
        self.assertEqual(process.wait(harness.PATIENCE), 0)
        self.assertIn("ready after", process.stderr.read())

    def test_wait_becomes_the_command(self):
        url = ("--url", self.sidecar().url, "--gate", "live")
        done = self.wait(*url, "--", "sh", "-c", 'echo "$@"; exit 7', "sh", "--timeout", "-c", "a b", code=7)
        self.assertEqual(done.stdout, "--timeout -c a b\n")
        self.wait(*url, "--", "sh", "-c", "kill -TERM $$", code=-signal.SIGTERM)
        self.wait(*url, "--", "cat", code=0)

        process = subprocess.Popen([harness.TELLTALE, "wait", *url, "--", "sh", "-c", "echo $$; exec sleep 1000"],
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        self.assertEqual(int(process.stdout.readline()), process.pid)
        process.terminate()
        self.assertEqual(process.wait(harness.PATIENCE), -signal.SIGTERM)

    def test_wait_returns_126_and_127_as_shells_do(self):
        url = ("--url", self.sidecar().url, "--gate", "live")
        plain = self.dir / "plain"
        plain.write_text("no program\n")
        self.assertIn("Permission denied", self.wait(*url, "--", str(plain), code=126).stderr)
        self.assertIn("No such file", self.wait(*url, "--", "no-such-program-anywhere", code=127).stderr)

    def test_wait_ends_on_a_signal(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            process = subprocess.Popen([harness.TELLTALE, "wait", "--url", "http://127.0.0.1:1", "--timeout", "100s"],
                                       stderr=subprocess.PIPE, text=True)
            self.addCleanup(process.stderr.close)
            self.addCleanup(process.kill)
            self.assertIn("refused", process.stderr.readline())
            process.send_signal(number)
            self.assertIn(process.wait(harness.PATIENCE), (-number, 128 + number))


if __name__ == "__main__":
    harness.main()
