#!/usr/bin/python3
"""Checks that every check type is in README's table and diagram, and has an example; and that both have no other types.

usage: documented_types.py TELLTALE ROOT
"""
import pathlib
import re
import subprocess
import sys

telltale, root = sys.argv[1], pathlib.Path(sys.argv[2])
reference = subprocess.run([telltale, "checks", "--markdown"], text=True, capture_output=True, check=True).stdout
types = {name for name in re.findall(r"^## ([a-z_]+)$", reference, re.M)}
readme = (root / "README.md").read_text()
diagram = re.search(r"^```mermaid\n(.*?)^```$", readme, re.S | re.M)
assert len(types) > 4 and diagram, "no types in the reference, or no diagram in README.md"

named = {
    "README.md's table of checks": set(re.findall(r"^\| \[([a-z_]+)\]\(#", readme, re.M)),
    "README.md's diagram": set(re.findall(r'-- ".*" --> ([a-z_]+)$', diagram[1], re.M)),
    "examples/": {path.stem for path in (root / "examples").glob("*.yaml")} & types,
}
bad = [f"{place} lacks {', '.join(sorted(types - found))}" for place, found in named.items() if types - found]
bad += [f"{place} has {', '.join(sorted(found - types))}, which no check type is called"
        for place, found in named.items() if found - types]
print(*bad, f"{len(types)} types, {len(bad)} faults", sep="\n")
sys.exit(1 if bad else 0)
