#!/usr/bin/python3
"""Tests that the reader decodes values that other programs fold over several lines in the same way as PyYAML.

    folded_test.py TELLTALE PRINT_TREE

PyYAML dumps every text option of every type with texts of many lengths, and the reader must return the same values. Then
random layouts: the program reads them like PyYAML, or rejects them with a location.
"""
import copy
import json
import random
import subprocess
import sys

import yaml

telltale, print_tree = sys.argv[1:3]
problems = []

SEPARATOR_MISSING = ("a ',' is missing before this, or the text", "a '- ' is missing before this, or the text")


def read(texts):
    """Returns the tree or the problems of each text from the program's reader."""
    done = subprocess.run([print_tree], input=b"".join(t.encode() + b"\0" for t in texts), capture_output=True, check=True)
    answers = [json.loads(line) for line in done.stdout.decode().split("\n") if line]
    assert len(answers) == len(texts), (len(answers), len(texts))
    return answers


def complain(title, text, why):
    problems.append(f"{title}: {why}\n" + "\n".join("    | " + line for line in text.split("\n")))


# --- every option that takes text -----------------------------------------------------------------------------------

def holds_text(schema):
    kinds = schema.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return "string" in kinds and ("pattern" not in schema or "number" not in kinds or "boolean" in kinds)


def filled(schema, text):
    """A value that contains the text wherever the schema allows text; None where it does not."""
    alternatives = [filled(one, text) for one in schema.get("anyOf", [])]
    alternatives = [one for one in alternatives if one is not None]
    if alternatives:  # a list rather than a single text, to have both
        return alternatives[-1]
    if schema.get("type") == "array":
        item = filled(schema["items"], text)
        return None if item is None else [item, copy.deepcopy(item)]  # the same object twice would be dumped as an alias
    if schema.get("type") == "object":
        members = {name: filled(one, text) for name, one in schema.get("properties", {}).items()}
        members = {name: one for name, one in members.items() if one is not None}
        others = schema.get("additionalProperties")
        if isinstance(others, dict) and filled(others, text) is not None:
            members["X-Any"] = filled(others, text)
        return members or None
    return text if holds_text(schema) else None


def options_of_types():
    """type -> its options' schemas; the common options are with the first type."""
    checks = json.loads(subprocess.run([telltale, "schema"], capture_output=True, check=True).stdout)
    items = checks["properties"]["checks"]["items"]
    out = {}
    for branch in items["allOf"]:
        name = branch["if"]["properties"]["type"]["const"]
        own = {option: schema for option, schema in branch["then"]["properties"].items() if schema is not True}
        out[name] = own if out else {**items["properties"], **own}
    return out


def texts_of(length):
    """Texts of that many characters with characters that are special in YAML."""
    pieces = {
        "words": "the application writes one row for every request that it answers and ",
        "colons": "note: the key: value pair, at 12:30 see https://example.org/a?b=c&d ",
        "hashes": "issue #12 and # a comment that is none ",
        "quotes": "it's \"said\" that 'quotes' and \"\" nest \\ back\\slash ",
        "brackets": "[a, b] {c: d} - item ? & * ! | > % @ ` $5 ",
        "dashes": "first - second -- third --- fourth ... ",
        "line breaks": "a line\nanother line\n\nafter an empty one\n  indented ",
        "emoji": "gr\u00f6\u00dfe \U0001F600 \u65e5\u672c\u8a9e ",
        "spaces": "two  and   three    blanks \t tab ",
        "no blanks": "x" * 37,
        "null": "null ", "1e3": "1e3 ", "true": "true ", "~": "~ ",
    }
    for name, piece in pieces.items():
        text = (piece * (length // len(piece) + 1))[:length]
        yield f"{name}, {length}", text
        if length <= 200:
            yield f"{name}, {length}, no blank at the end", text[:-1] + "."


def as_read(value):
    """Converts PyYAML's value to the reader's form: all scalars are text."""
    if isinstance(value, dict):
        return {key: as_read(one) for key, one in value.items()}
    if isinstance(value, list):
        return [as_read(one) for one in value]
    return value if isinstance(value, str) or value is None else str(value)


types = options_of_types()
configurations = []
for length in (40, 80, 200, 2000):
    for title, text in texts_of(length):
        checks = []
        for name, schema in types.items():
            check = {option: filled(one, text) for option, one in schema.items()}
            checks.append({**{k: v for k, v in check.items() if v is not None}, "type": name})
        configurations.append((title, {"checks": checks}))
filled_options = {f"{c['type']}.{option}" for c in configurations[0][1]["checks"] for option in c}
for expected in ("sqlite.query", "websocket.send", "websocket.headers", "disk.path", "marker.content", "marker.paths",
                 "sqlite.expect", "certificate.description", "certificate.links", "websocket.url"):
    if expected not in filled_options:
        problems.append(f"{expected} was not tried; tried were {sorted(filled_options)}")

# libyaml's dumper writes other escapes and line breaks than PyYAML's dumper.
WAYS = (("block", yaml.SafeDumper, {}), ("flow", yaml.SafeDumper, {"default_flow_style": True}),
        ("libyaml, block", yaml.CSafeDumper, {}), ("libyaml, flow", yaml.CSafeDumper, {"default_flow_style": True}),
        ("unicode", yaml.CSafeDumper, {"allow_unicode": True}), ("double quotes", yaml.CSafeDumper, {"default_style": '"'}),
        ("single quotes", yaml.CSafeDumper, {"default_style": "'"}), ("narrow", yaml.CSafeDumper, {"width": 40}),
        ("indented", yaml.CSafeDumper, {"indent": 8}))
dumped = [(f"{title}, {way}", yaml.dump(config, Dumper=dumper, **how), config)
          for title, config in configurations for way, dumper, how in (WAYS if ", 200" in title and ", 2000" not in title else WAYS[:2])]
for (title, text, config), answer in zip(dumped, read([d[1] for d in dumped])):
    if "tree" in answer:
        if answer["tree"] != as_read(config):
            complain(title, text[:2000], "read as something else")
    elif "narrow" not in title or not all(p["message"].startswith(SEPARATOR_MISSING) for p in answer["problems"]):
        complain(title, text[:2000], f"refused: {answer['problems'][:2]}")
folded = sum("\n    " in text for _, text, _ in dumped)

# --- configurations with any text are valid -------------------------------------------------------------------------

def validate(text):
    done = subprocess.run([telltale, "validate", "-"], input=text.encode(), capture_output=True, timeout=20)
    return done.returncode, done.stderr.decode()


for length in (80, 900):
    for title, text in texts_of(length):
        text = text.replace("$", "").replace("\\", "")
        line = " ".join(text.split())
        config = {"checks": [
            {"name": "w", "type": "websocket", "url": "ws://h/", "description": text, "send": text, "expect": text,
             "headers": {"X-A": line}},
            {"name": "m", "type": "marker", "path": "/" + line, "content": {"/model": text}},
            {"name": "d", "type": "disk", "path": "/" + line}]}
        for flow in (False, True):
            code, output = validate(yaml.safe_dump(config, default_flow_style=flow))
            if code != 0:
                complain(f"validate, {title}, flow {flow}", yaml.safe_dump(config, default_flow_style=flow), output)

# --- random layouts -------------------------------------------------------------------------------------------------

WORDS = ["a", "word", "/data", "b: c", "#x", "'", '"', "it''s", '\\"', "\\n", "\\", "- d", "[", "]", "{", "}", ",", ":",
         "\\x41", "\\u00e9", "\\ ", "a:b", "http://h", "text", "more", "?", "&", "*", "!", "a|b", "%", "null", "~"]


def random_scalar(rng, indent):
    """A multi-line value, mostly well-formed."""
    quote = rng.choice(["", "", "'", '"'])
    lines = []
    for _ in range(rng.randint(1, 4)):
        words = rng.choices(WORDS if rng.random() < 0.3 else ["a", "word", "text", "more", "a:b", "it''s", "x"],
                            k=rng.randint(1, 4))
        if quote == '"':
            words = [w.replace('"', '\\"') if rng.random() < 0.9 else w for w in words]
        ends = ["", "", " ", "  "] + (["\\", " \\"] if quote == '"' else [])
        lines.append(" ".join(words) + rng.choice(ends))
    out = quote + lines[0]
    for line in lines[1:]:
        out += "\n" + rng.choice(["", "", "\n", "  \n", "\n\n"]) + " " * max(0, indent + rng.randint(-1, 3)) + line
    return out + (quote if rng.random() < 0.97 else "")


def random_text(rng):
    shape = rng.randint(0, 5)
    if shape == 0:
        return f"k: {random_scalar(rng, 2)}\nz: 1\n"
    if shape == 1:
        return f"l:\n  - {random_scalar(rng, 4)}\n  - {random_scalar(rng, 4)}\nz: 1\n"
    if shape == 2:
        return f"c:\n- n: {random_scalar(rng, 4)}\n  m: {random_scalar(rng, 4)}\nz: 1\n"
    if shape == 3:
        return f"c: [{random_scalar(rng, 2)}, {random_scalar(rng, 2)}]\nz: 1\n"
    if shape == 4:
        return f"c:\n  - {{n: {random_scalar(rng, 4)}, m: {random_scalar(rng, 4)}}}\nz: 1\n"
    return f"k:\n  {random_scalar(rng, 2)}\nz: {random_scalar(rng, 1)}\n"


rng = random.Random(20240611)
layouts = [random_text(rng) for _ in range(6000)]
accepted_folded = 0
for text, answer in zip(layouts, read(layouts)):
    if "tree" in answer:
        try:
            other = yaml.load(text, Loader=yaml.BaseLoader)
        except yaml.YAMLError as error:
            complain("random", text, f"accepted, which PyYAML refuses: {error}")
            continue
        mine = json.loads(json.dumps(answer["tree"]), object_hook=lambda o: {k: "" if v is None else v for k, v in o.items()})
        def plain(v):
            if isinstance(v, dict):
                return {k: plain(x) for k, x in v.items()}
            if isinstance(v, list):
                return [plain(x) for x in v]
            return "" if v in (None, "null", "~") else v
        if plain(mine) != plain(other):
            complain("random", text, f"read as {mine}, by PyYAML as {other}")
        accepted_folded += text.count("\n") > 6
    else:
        lines = text.split("\n")
        for p in answer["problems"]:
            if not 1 <= p["line"] <= len(lines) or not 1 <= p["column"] <= len(lines[p["line"] - 1]) + 1:
                complain("random", text, f"a problem outside of the text: {p}")
            if "more than one way" in p["message"] or "not valid YAML" in p["message"]:
                complain("random", text, f"the scanner accepted what the reader refuses: {p}")

print(*problems[:40], sep="\n")
print(f"{len(dumped)} dumps, {folded} of them folded; {len(layouts)} random layouts, {accepted_folded} longer ones accepted; "
      f"{len(problems)} problems")
sys.exit(1 if problems or accepted_folded < 1000 else 0)
