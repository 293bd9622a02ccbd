#!/usr/bin/python3
"""Values reach the program unchanged: every text of every check type passes through the chart."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import helm

TELLTALE = os.environ["TELLTALE"]
READ_BACK = os.environ["TELLTALE_READ_BACK"]
TEXTS = ("text", "map of text")
# Options that a check of the type needs besides the tested one.
NEEDED = {"disk": {"path": "/"}, "marker": {"path": "/m"}, "sqlite": {"path": "/db"}, "tcp": {"address": "db:1"},
          "websocket": {"url": "ws://127.0.0.1:1/"}, "certificate": {"path": "/c"}, "dns": {"query": "a.test"},
          "grpc": {"address": "a:1"}, "http": {"url": "http://a/"}, "tls": {"address": "a:1"},
          "postgres": {"dsn": {"env": "X"}}, "prometheus": {"url": "http://a/metrics", "values": {"up": "1"}},
          "sqlite_backup": {"path": "/db"}, "sqlite_integrity": {"path": "/db"}}
WITH = {("sqlite", "query"): {"mode": "query"}, ("sqlite", "expect"): {"mode": "query", "query": "SELECT 1"},
        ("websocket", "server_name"): {"url": "wss://127.0.0.1:1/"}, ("http", "body"): {"method": "POST"},
        ("postgres", "expect"): {"query": "SELECT 1"}}


def expectation(text):
    return text if text[0] not in "=!<>~" else "a" + text


def pattern(text):
    return "\\Q" + text + "\\E"


# The syntax of options with a grammar of their own, and options without free text.
GRAMMAR = {("marker", "progress"): lambda text: "/" + text.replace("~", "~0"), ("sqlite", "expect"): expectation, ("postgres", "expect"): expectation,
           ("marker", "content"): expectation, ("http", "json"): expectation, ("http", "match"): pattern, ("tcp", "match"): pattern,
           **{(kind, "query"): lambda text: "SELECT '{}'".format(text.replace("'", "''")) for kind in ("sqlite", "postgres")}}
NO_TEXT = {("marker", "newer_than"), ("tcp", "address"), ("tcp", "server_name"), ("websocket", "subprotocol"), ("websocket", "server_name"), ("marker", "pid"),
           ("dns", "query"), ("grpc", "service"), ("grpc", "authority"), ("grpc", "server_name"), ("http", "server_name"), ("http", "redirects"),
           ("http", "expect_headers"), ("postgres", "server_name"), ("prometheus", "values"), ("prometheus", "server_name"), ("tls", "server_name")}
LENGTHS = (40, 80, 200, 2000)
LONGEST_KEY = 40  # keys of the program have at most 256 bytes, including escape sequences
SEEDS = {"words": "are you there ", "colon": "a: b ", "comment": "a #b ", "double quotes": 'a "b" ', "single quotes": "it's ''",
         "line breaks": "one\ntwo\n\nthree ", "tabs": "a\tb ", "emoji": "ok \U0001F600\U0001F469\u200d\U0001F4BB ",
         "other scripts": "größe 漢字 ", "brackets": "{[a], b} ", "json": '{"type": "ping", "n": [1, null]} ', "html": "<a&b> ",
         "markers": "- ? : | > % @ ` & * ! ", "backslashes": "\\n \\x41 \\u0041 \\\\ ", "one word": "word", "dashes": "--- ",
         "template": "{{ .Values }} "}
SHORT = ("null", "~", "true", "no", "on", "1e3", "0x1F", "010", "1_000", "1.0", ".inf", "=", "<<", "-", "2001-01-01", "12:30:45",
         " leading", "trailing ", "\n", "\n\nbreaks first", "#", "[", "%", "'", '"', "\\", "a\n b\n", "é", *"\u00a0\ufeff\u2028")
UNUSUAL = "\x7f\x85\u00a0\ufeff\u2028"


def texts():
    """(what, text) of every shape and length, and short texts that YAML reads as other types."""
    for what, seed in SEEDS.items():
        for length in LENGTHS:
            yield f"{what}, {length}", (seed * length)[:length - 1] + "."
    for text in SHORT:
        yield repr(text), text


def text_options():
    listed = json.loads(subprocess.run([TELLTALE, "checks", "--format", "json"], check=True, capture_output=True).stdout)
    for one in listed:
        for option in one["options"]:
            if option["type"] in TEXTS and (one["name"], option["name"]) not in NO_TEXT:
                yield one["name"], option["name"], option["type"]
        yield one["name"], "description", "text"
        yield one["name"], "links", "links"


def filled(kind, option, form, text):
    """A check whose option has the text, and whether the program must accept it."""
    value = GRAMMAR.get((kind, option), str)(text)
    accepts = not any(c in text for c in UNUSUAL) and (option != "description" or len(text) <= 1000)
    if option in ("headers", "metadata"):
        # A header has no line breaks, and no spaces at its ends; metadata is ASCII.
        value, accepts = {"x-text": value}, accepts and value == value.strip() and value.isprintable() and (option == "headers" or value.isascii())
    elif form == "map of text":
        value = {"/" + text[:LONGEST_KEY].replace("~", "~0"): value}
    elif form == "links":
        value = {"to " + text[:LONGEST_KEY]: "https://example.com/"}
    return {**NEEDED[kind], **WITH.get((kind, option), {}), option: value}, accepts


def as_read(value):
    """The value as the program reads it: scalars are texts."""
    if isinstance(value, dict):
        return {key: as_read(member) for key, member in value.items()}
    if isinstance(value, list):
        return [as_read(item) for item in value]
    return value if isinstance(value, str) else json.dumps(value)


class RoundTrip(unittest.TestCase):
    def through(self, release, config):
        """The text of telltale.yaml that the chart renders from a configuration."""
        with tempfile.TemporaryDirectory(prefix="telltale-values-") as folder:
            file = pathlib.Path(folder, "values.json")
            written = json.dumps({"config": config}, ensure_ascii=False)
            for character in UNUSUAL:  # Helm reads values as YAML, where these have to be escaped
                written = written.replace(character, f"\\u{ord(character):04x}")
            file.write_text(written)
            objects = helm.rendered(release, "-f", file, "--skip-schema-validation")
        return next(one["data"]["telltale.yaml"] for one in objects if one["kind"] == "ConfigMap")

    def read_back(self, text):
        done = subprocess.run([READ_BACK], input=text.encode(), capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr.decode()[:2000])
        return json.loads(done.stdout)

    def checks(self):
        """(what, check, whether the program must accept it) for every text in every option."""
        for kind, option, form in text_options():
            for number, (what, text) in enumerate(texts()):
                check, accepts = filled(kind, option, form, text)
                yield f"{kind}.{option}: {what}", {"name": f"{kind}-{option}-{number}", "type": kind, **check}, accepts

    def test_every_text_of_every_option_round_trips(self):
        made = list(self.checks())
        self.assertGreater(len(made), 800)
        for release in helm.releases():
            for start in range(0, len(made), 300):  # a configuration has at most 1 MiB
                some = made[start:start + 300]
                config = {"checks": [check for _, check, _ in some]}
                read = self.read_back(self.through(release, config))
                for (what, check, _), found in zip(some, read["checks"], strict=True):
                    self.assertEqual(found, as_read(check), what)

    def test_the_program_accepts_them(self):
        made = [(what, check) for what, check, accepts in self.checks() if accepts]
        self.assertGreater(len(made), 600)
        for start in range(0, len(made), 300):
            text = self.through(helm.releases()[-1], {"checks": [check for _, check in made[start:start + 300]]})
            done = subprocess.run([TELLTALE, "validate", "-"], input=text.encode(), capture_output=True, timeout=60)
            self.assertEqual(done.returncode, 0, (done.stdout + done.stderr).decode()[:2000])

    def test_a_text_that_helm_would_convert_must_be_quoted(self):
        refused = 0
        for kind, option, form in text_options():
            for written in ("on", "1e3", "007", "1.50"):
                value = {"text": written, "map of text": f"{{X-Text: {written}}}", "links": f"{{a: {written}}}"}[form]
                check = {**NEEDED[kind], **WITH.get((kind, option), {}), "name": "c", "type": kind}
                with self.subTest(f"{kind}.{option}: {written}"), tempfile.NamedTemporaryFile("w", suffix=".yaml") as values:
                    values.write(f"config: {{checks: [{json.dumps(check)[:-1]}, {option}: {value}}}]}}\n")
                    values.flush()
                    with self.assertRaisesRegex(AssertionError, "(?i)want string|expected: string"):
                        helm.template(helm.releases()[-1], "-f", values.name)
                refused += 1
        self.assertGreater(refused, 50)

    def test_every_line_can_be_shown_with_a_caret(self):
        text = self.through(helm.releases()[-1], {"checks": [{"name": "d", "type": "disk", "path": "/", "fail": "101%"}]})
        done = subprocess.run([TELLTALE, "validate", "-"], input=text.encode(), capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertRegex((done.stdout + done.stderr).decode(), r'(?m)^ +\d+ \| +(- )?fail: "101%"\n +\| +\^$')

    def test_numbers_lists_and_empty_values_keep_their_type(self):
        config = {"server": {}, "ready_without_checks": True, "defaults": {"rise": 3, "jitter": "20%", "interval": "5s"},
                  "checks": [{"name": "1e3", "type": "marker", "paths": ["/a: b", "/c #d"], "gates": [], "links": {}},
                             {"name": "d", "type": "disk", "path": "/", "fall": 2, "expect_writable": False}]}
        for release in helm.releases():
            read = self.read_back(self.through(release, config))
            if "drain_delay" in read["server"]:
                del read["server"]["drain_delay"]
            self.assertEqual(read, as_read(config))
        self.assertEqual(self.read_back(self.through(release, {"checks": []}))["checks"], [])


if __name__ == "__main__":
    helm.main()
