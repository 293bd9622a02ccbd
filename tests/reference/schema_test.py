"""Tests the JSON Schema with a real validator: it accepts the examples and unusual valid forms, and rejects mistakes.

    schema_test.py TELLTALE EXAMPLES_FOLDER

Each text is also given to `telltale validate`, so that the schema and the program agree.
"""
import json
import pathlib
import subprocess
import sys

import jsonschema
import yaml

telltale, examples = sys.argv[1], pathlib.Path(sys.argv[2])

ACCEPTED = {
    "no checks, with ready_without_checks": "{ready_without_checks: true, checks: []}",
    "one address instead of a list": "{server: {listen: 'unix:/run/t.sock'}, checks: [{name: a, type: disk, path: /}]}",
    "a list of addresses": "{server: {listen: ['0.0.0.0:1', '[::]:1']}, checks: [{name: a, type: disk, path: /}]}",
    "a token and TLS": "{server: {token: {env: T}, tls: {cert: /c, key: /k}}, checks: [{name: a, type: disk, path: /}]}",
    "defaults": "{defaults: {interval: 1m30s, timeout: 500ms, rise: 2, jitter: 0%}, checks: [{name: a, type: disk, path: /}]}",
    "a bare limit means fail": "{checks: [{name: a, type: sqlite, path: /a, wal_backlog: 1.5GiB}]}",
    "half a limit": "{checks: [{name: a, type: sqlite, path: /a, writer_lock: {warn: 5s}}]}",
    "one gate without a list": "{checks: [{name: a, type: disk, path: /, gates: live}]}",
    "variables where units belong": "{checks: [{name: a, type: disk, path: '${P:-/}', warn: '${W:-70%}', interval: '${I:-10s}'}]}",
    "variables in words, counts and booleans":
        "checks:\n- name: a\n  type: disk\n  path: /\n  severity: ${S:-info}\n  rise: ${R:-2}\n  write_test: ${B:-true}\n",
    "secrets with a prefix":
        "{server: {token: {env: T, prefix: x-}}, checks: [{name: a, type: websocket, url: 'ws://h/x', "
        "headers: {Authorization: {prefix: 'Bearer ', file: /f}}}]}",
    "variables in quotes in braces":
        "{checks: [{name: a, type: disk, path: /, rise: '${R:-2}', write_test: \"${B:-true}\"}], watch: '${W:-false}'}",
    "subprotocols, of which one is a secret":
        "{checks: [{name: a, type: websocket, url: 'ws://h/x', subprotocol: [bearer, {env: E, prefix: v1.}]}]}",
    "a subprotocol that is a secret": "{checks: [{name: a, type: websocket, url: 'ws://h/x', subprotocol: {file: /f}}]}",
    "a secret header and a plain one":
        "{checks: [{name: a, type: websocket, url: 'ws://h/x', headers: {A: {env: E}, B: c}}]}",
    "numbers and booleans where text belongs":
        "{checks: [{name: a, type: marker, path: /m, content: {/a: 1, /b: true, /c: x}}]}",
    "links and a description":
        "{checks: [{name: a, type: disk, path: /, description: d, links: {runbook: 'https://r'}}]}",
    "a description of a thousand characters": f"{{checks: [{{name: a, type: disk, path: /, description: {'é' * 1000}}}]}}",
    "a description that is shorter once its dollars are read":
        f"{{checks: [{{name: a, type: disk, path: /, description: '{'$$' * 501}'}}]}}",
    "a hundred runs": "{defaults: {fall: 100}, checks: [{name: a, type: disk, path: /, rise: 100}]}",
    "every gate": "{checks: [{name: a, type: disk, path: /, gates: [startup, live, ready]}]}",
    "values of metrics":
        "{checks: [{name: a, type: prometheus, url: 'http://h/m', values: {a: 0, b: '< 5', c: {warn: 1.5, fail: 10e9}, "
        "'sum(rate(d{e=\"f\"}))': {below: 5, absent: ignore, as: g}, h: {below: {warn: '${W:-2}', fail: 1e-3}}}}]}",
    "a link from a variable": "{checks: [{name: a, type: disk, path: /, links: {a: '${L:-http://r}'}}]}",
}

REJECTED = {
    "unknown section": "{chekcs: [{name: a, type: disk, path: /}]}",
    "no checks at all": "{server: {details: full}}",
    "an empty set of checks": "{checks: []}",
    "checks as a map": "{checks: {name: a, type: disk, path: /}}",
    "unknown option": "{checks: [{name: a, type: disk, path: /, wran: 80%}]}",
    "an option of another type": "{checks: [{name: a, type: disk, path: /, wal_backlog: 1GiB}]}",
    "values of metrics without one": "{checks: [{name: a, type: prometheus, url: 'http://h/m'}]}",
    "a condition that is none":
        "{checks: [{name: a, type: prometheus, url: 'http://h/m', values: {a: {above: 5}}}]}",
    "a limit that is no number":
        "{checks: [{name: a, type: prometheus, url: 'http://h/m', values: {a: {warn: 5GiB}}}]}",
    "unknown type": "{checks: [{name: a, type: dsik, path: /}]}",
    "no type": "{checks: [{name: a, path: /}]}",
    "no name": "{checks: [{type: disk, path: /}]}",
    "a required option is missing": "{checks: [{name: a, type: disk}]}",
    "a name in capitals": "{checks: [{name: Data, type: disk, path: /}]}",
    "a duration without a unit": "{checks: [{name: a, type: disk, path: /, interval: 10}]}",
    "a duration with a blank": "{checks: [{name: a, type: disk, path: /, interval: 10 s}]}",
    "units from small to large": "{checks: [{name: a, type: disk, path: /, interval: 30m1h}]}",
    "a unit alone": "{checks: [{name: a, type: disk, path: /, interval: s}]}",
    "a percentage without its sign": "{checks: [{name: a, type: disk, path: /, warn: 80}]}",
    "more than everything": "{checks: [{name: a, type: disk, path: /, warn: 101%}]}",
    "a size without a unit": "{checks: [{name: a, type: sqlite, path: /a, wal_backlog: 64}]}",
    "a unit that is none": "{checks: [{name: a, type: sqlite, path: /a, wal_backlog: 64M}]}",
    "a limit with a wrong key": "{checks: [{name: a, type: sqlite, path: /a, wal_backlog: {warm: 1GiB}}]}",
    "an empty limit": "{checks: [{name: a, type: sqlite, path: /a, wal_backlog: {}}]}",
    "a word that is no choice": "{checks: [{name: a, type: sqlite, path: /a, mode: inspct}]}",
    "a gate that does not exist": "{checks: [{name: a, type: disk, path: /, gates: [redy]}]}",
    "an empty list of gates": "{checks: [{name: a, type: disk, path: /, gates: []}]}",
    "yes instead of true": "{checks: [{name: a, type: disk, path: /, write_test: 'yes'}]}",
    "a negative count": "{checks: [{name: a, type: disk, path: /, rise: -1}]}",
    "no run at all": "{checks: [{name: a, type: disk, path: /, rise: 0}]}",
    "no run at all, in the defaults": "{defaults: {fall: 0}, checks: [{name: a, type: disk, path: /}]}",
    "a hundred and one runs": "{checks: [{name: a, type: disk, path: /, fall: 101}]}",
    "a hundred and one runs, in the defaults": "{defaults: {rise: 101}, checks: [{name: a, type: disk, path: /}]}",
    "a gate given twice": "{checks: [{name: a, type: disk, path: /, gates: [live, live]}]}",
    "a description that is too long": f"{{checks: [{{name: a, type: disk, path: /, description: {'é' * 1001}}}]}}",
    "a link to a file": "{checks: [{name: a, type: disk, path: /, links: {a: 'file:///etc'}}]}",
    "a link in capitals": "{checks: [{name: a, type: disk, path: /, links: {a: 'HTTPS://r'}}]}",
    "a link without a name": "{checks: [{name: a, type: disk, path: /, links: {'': 'https://r'}}]}",
    "a fraction of a run": "{checks: [{name: a, type: disk, path: /, rise: 1.5}]}",
    "a literal secret": "{server: {token: hunter2}, checks: [{name: a, type: disk, path: /}]}",
    "two sources of a secret": "{server: {token: {file: /f, env: E}}, checks: [{name: a, type: disk, path: /}]}",
    "two sources of a secret and a prefix":
        "{server: {token: {file: /f, env: E, prefix: p}}, checks: [{name: a, type: disk, path: /}]}",
    "a prefix without a secret": "{server: {token: {prefix: 'Bearer '}}, checks: [{name: a, type: disk, path: /}]}",
    "a prefix that is a list": "{server: {token: {env: E, prefix: [a]}}, checks: [{name: a, type: disk, path: /}]}",
    "no subprotocol in a list": "{checks: [{name: a, type: websocket, url: 'ws://h/x', subprotocol: []}]}",
    "half of TLS": "{server: {tls: {cert: /c}}, checks: [{name: a, type: disk, path: /}]}",
    "identity in the defaults": "{defaults: {name: a}, checks: [{name: a, type: disk, path: /}]}",
    "a URL that is none": "{checks: [{name: a, type: websocket, url: h/x}]}",
}

problems = []


def program_accepts(text):
    done = subprocess.run([telltale, "validate", "-"], input=text.encode(), capture_output=True, timeout=20)
    return done.returncode == 0, done.stderr.decode()


def compare(title, text, wanted):
    errors = [error.message[:200] for error in validator.iter_errors(yaml.safe_load(text))]
    if (not errors) != wanted:
        problems.append(f"schema, {title}: expected it {'accepted' if wanted else 'refused'}: {errors}\n    {text}")
    accepted, output = program_accepts(text)
    if accepted != wanted:
        problems.append(f"program, {title}: expected it {'accepted' if wanted else 'refused'}: {output}\n    {text}")


schema = json.loads(subprocess.run([telltale, "schema"], capture_output=True, check=True, timeout=20).stdout)
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)

# Other files in the folder, for compose or Prometheus, have no checks.
files = sorted(f for f in examples.rglob("*.yaml") if "checks" in yaml.safe_load(f.read_text()))
if len(files) < 6:
    problems.append(f"only {len(files)} example files below {examples}")
for file in files:
    compare(file.name, file.read_text(), True)
for title, text in ACCEPTED.items():
    compare(title, text, True)
for title, text in REJECTED.items():
    compare(title, text, False)

print(*problems, sep="\n")
print(f"{len(files)} example files, {len(ACCEPTED)} texts to accept, {len(REJECTED)} to refuse, {len(problems)} problems")
sys.exit(1 if problems else 0)
