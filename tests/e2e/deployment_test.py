"""Runs every command line of docs/deployment.md against stand-ins: once with healthy targets, once without any."""
import http.server
import json
import os
import pathlib
import re
import shlex
import socketserver
import subprocess
import threading
import unittest

import yaml

import harness

PAGE = (pathlib.Path(os.environ["TELLTALE_SOURCE"]) / "docs/deployment.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.S | re.M)
PROGRAMS = ("telltale", "/usr/bin/telltale", "/opt/telltale/telltale")
TYPES = [t["name"] for t in json.loads(subprocess.run([harness.TELLTALE, "checks", "--format", "json"],
                                                      capture_output=True, check=True).stdout)]


def file_blocks():
    """The configurations that the page names in their first line."""
    return {name: text for _, text in BLOCKS for name in re.findall(r"\A# ([a-z]+\.yaml)$", text, re.M)
            if "\nchecks:" in text}


def lists_in(node):
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        yield node
        for item in node:
            yield from lists_in(item)


def command_lines():
    """Each command line of the page as a list of words."""
    for language, text in BLOCKS:
        text = text.replace("\\\n", " ")
        if language == "sh":
            found = [shlex.split(line.split(">")[0].removesuffix("; then").removeprefix("if ! "))
                     for line in text.splitlines() if re.match(r"(if ! )?telltale ", line)]
        elif language == "dockerfile":
            found = [json.loads(line) for line in re.findall(r"^.*?(\[\".*\])$", text, re.M)]
        elif language == "ini":
            found = [shlex.split(line) for line in re.findall(r"^Exec\w+=(.*)$", text, re.M)]
        else:
            found = list(lists_in(yaml.safe_load(text)))
        for words in found:
            words = words[1:] if words[:1] == ["CMD"] else words
            if words[:1] and words[0] in PROGRAMS:
                yield words


class Stand(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers the requests of the page as a healthy application, and a PING as Redis."""

    def parse_request(self):
        if self.raw_requestline.startswith(b"PING"):
            self.wfile.write(b"+PONG\r\n")
            return False
        return super().parse_request()

    def do_GET(self):
        health = self.path == "/health"
        body = b'{"status": "ok"}' if health else b"<title>Welcome</title>"
        self.send_response(200)
        self.send_header("Content-Type", "application/json" if health else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@unittest.skipUnless("http" in TYPES, "this program has no check type http")
class Deployment(harness.TestCase):
    def stand(self):
        server = Stand(("127.0.0.1", 0), Answers)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        self.addCleanup(lambda: (server.shutdown(), thread.join(), server.server_close()))
        return server.server_port

    def write_files(self, port):
        """The configurations of the page, with the stand-ins' addresses."""
        for name, text in file_blocks().items():
            (self.dir / name).write_text(re.sub(r"\b(app|queue|accounts|search):\d+", f"127.0.0.1:{port}", text))
            done = self.run_telltale("validate", name)
            self.assertEqual((done.returncode, done.stderr), (0, ""), done)

    def run_line(self, words, port):
        """Runs the line here: files by their name, a short limit, and a program that ends at once."""
        words = [re.sub(r"^/etc/app/", "", re.sub(r"127\.0\.0\.1:\d+", f"127.0.0.1:{port}", w)) for w in words[1:]]
        if "--" in words:
            words = [*words[:words.index("--") + 1], "true"]
        limit = {"check": "--for", "wait": "--timeout"}.get(words[0])
        if limit and limit in words:
            words[words.index(limit) + 1] = "1500ms"
        elif limit:
            words[1:1] = [limit, "1500ms"]
        return self.run_telltale(*words, env={"API_KEY": "planted"})

    def test_every_command_line_passes_with_healthy_targets_and_fails_without(self):
        lines = [words for words in command_lines() if words[1] != "validate"]
        self.assertGreaterEqual(len(lines), 11, "the page has lost its examples")
        self.assertEqual({words[1] for words in lines}, {"wait", "check", "healthcheck"})
        healthy, nobody = self.stand(), harness.free_port()
        self.write_files(healthy)
        for words in lines:
            done = self.run_line(words, healthy)
            self.assertEqual(done.returncode, 0, (words, done))
        self.write_files(nobody)
        for words in lines:
            done = self.run_line(words, nobody)
            self.assertEqual(done.returncode, 1, (words, done))
            self.assertIn("refused", done.stdout + done.stderr)


if __name__ == "__main__":
    harness.main()
