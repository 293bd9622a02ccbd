#!/usr/bin/python3
"""Writes telltale/values.schema.json: values.schema.in.json, with the program's schema of its configuration as `config`.

usage: schema.py TELLTALE            writes the file
       schema.py TELLTALE --check    exit 1 when the file is out of date
"""
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
OUTPUT = HERE / "telltale" / "values.schema.json"
NOT_EMPTY = "(?=[0-9])"
TEXT = {"string", "number", "boolean"}


def for_helm(schema):
    """Helm's regular expressions have no look-ahead; the program's have one, which requires a text that is not empty. The
    program reads 1e3 or `on` as text where it expects text, but Helm converts them to 1000 and true before."""
    if isinstance(schema, list):
        return [for_helm(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: for_helm(value) for key, value in schema.items()}
    if isinstance(out.get("type"), list) and set(out["type"]) == TEXT:
        out["type"] = "string"
    pattern = out.get("pattern")
    if isinstance(pattern, str):
        if NOT_EMPTY in pattern:
            out["pattern"] = pattern.replace(NOT_EMPTY, "")
            out["minLength"] = 1
        if "(?" in out["pattern"]:
            sys.exit(f"schema.py: a pattern that Helm does not understand: {pattern}")
    return out


def generated(telltale):
    config = for_helm(json.loads(subprocess.run([telltale, "schema"], check=True, capture_output=True).stdout))
    for key in ("$schema", "$id"):
        config.pop(key, None)
    if "$ref" in json.dumps(config):
        sys.exit("schema.py: `telltale schema` has references now, which point elsewhere in here")
    schema = json.loads((HERE / "values.schema.in.json").read_text())
    schema["properties"]["config"] = config
    return json.dumps(schema, indent=1) + "\n"


def main():
    text = generated(sys.argv[1])
    if sys.argv[2:] != ["--check"]:
        OUTPUT.write_text(text)
    elif not OUTPUT.exists() or OUTPUT.read_text() != text:
        sys.exit(f"{OUTPUT} is out of date: run charts/schema.py build/dev/telltale")


main()
