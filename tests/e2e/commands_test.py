"""What all commands have in common: help, arguments, closed or full output, and the log."""
import json
import os
import signal
import subprocess

import harness
from commands import ROOT, Commands, checks

COMMANDS = ("serve", "check", "healthcheck", "wait", "validate", "checks", "schema")


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


if __name__ == "__main__":
    harness.main()
