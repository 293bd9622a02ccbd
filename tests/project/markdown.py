#!/usr/bin/python3
"""Checks that lines of Markdown have fewer than 120 columns, and that links and named source files exist.

A line that cannot be broken, such as a long URL, may be longer.

usage: markdown.py ROOT
"""
import pathlib
import re
import subprocess
import sys

LIMIT = 120
SOURCE = r"`((?:bench|checks|cmake|include|lib|scripts|sidecar|tests)/[\w/.-]+)`"
root = pathlib.Path(sys.argv[1])


def pages():
    """Every page that git tracks or would add; all pages without git."""
    known = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard", "*.md"],
                           text=True, capture_output=True)
    names = known.stdout.split("\n") if known.returncode == 0 else []
    found = [root / name for name in set(names) if name] or list(root.rglob("*.md"))
    return sorted(page for page in found if page.is_file() and "build" not in page.relative_to(root).parts)


def width_faults(text):
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) >= LIMIT and len(line.split()) > 1 + line.lstrip().startswith(("-", "*", "<", ">")):
            yield f"{number}: {len(line)} columns, the limit is {LIMIT - 1}"


def link_faults(page, text):
    for number, line in enumerate(text.split("\n"), 1):
        for target in re.findall(r"(?:\]\(|^\[[^\]]+\]: )([^)#\s]+)", re.sub(r"`[^`]*`", "", line)):
            if "://" not in target and not (page.parent / target).exists():
                yield f"{number}: the link {target} leads nowhere"


def source_faults(text):
    for number, line in enumerate(text.split("\n"), 1):
        for name in re.findall(SOURCE, line):
            if not re.search("NAME|uptime", name) and ("." in name or name.endswith("/")) and not (root / name).exists():
                yield f"{number}: there is no {name}"


bad = 0
seen = pages()
assert len(seen) > 30, f"only {len(seen)} pages below {root}"
for page in seen:
    text = page.read_text()
    for fault in (*width_faults(text), *link_faults(page, text), *source_faults(text)):
        bad += 1
        print(f"{page.relative_to(root)}:{fault}")
print(f"{len(seen)} pages, {bad} faults")
sys.exit(1 if bad else 0)
