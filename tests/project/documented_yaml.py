#!/usr/bin/python3
"""Validates the YAML of the documentation: configurations pass `telltale validate`, probes use ports that are open, alerts
use metrics that exist.

usage: documented_yaml.py TELLTALE FILE.md...
"""
import re
import subprocess
import sys

import yaml

telltale, *pages = sys.argv[1:]


def measured():
    """The metrics of all measurements of checks."""
    text = subprocess.run([telltale, "checks", "--markdown"], text=True, capture_output=True, check=True).stdout
    for section in re.split(r"^## ", text, flags=re.M)[1:]:
        kind = section.split("\n", 1)[0]
        for name in re.findall(r"^\| `([a-z_]+)` \| [^|]*\|$", section, re.M):
            yield f"telltale_{kind}_{name}"


def config_faults(text):
    done = subprocess.run([telltale, "validate", "-"], input=text, text=True, capture_output=True)
    return [done.stdout + done.stderr] if done.returncode else []


def rule_faults(text):
    rules = [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]
    assert rules, "no rules"
    used = {name for rule in rules for name in re.findall(r"telltale_[a-z_]+", rule["expr"])}
    return [f"no metric is called {name}" for name in used - set(measured())]


def manifest_faults(text):
    pod = yaml.safe_load(text)["spec"]
    everybody = pod["containers"] + pod.get("initContainers", [])
    open_ports = {p["containerPort"] for c in everybody for p in c.get("ports", [])}
    probed = {c[k]["httpGet"]["port"] for c in pod["containers"] for k in c if k.endswith("Probe")}
    assert probed, "no probe on the application's container"
    return [] if probed <= open_ports else [f"probes aim at {probed}, open are {open_ports}"]


def faults(block):
    if block.startswith("# telltale.yaml\n"):
        return config_faults(block)
    if block.startswith("# prometheus rules\n"):
        return rule_faults(block)
    return manifest_faults(block)


bad = 0
for page in pages:
    blocks = re.findall(r"^```yaml\n(.*?)^```$", open(page).read(), re.S | re.M)
    assert blocks, f"{page} has lost its examples"
    for block in blocks:
        for fault in faults(block):
            bad += 1
            print(f"{page}: {fault}\n{block}")
    print(f"{page}: {len(blocks)} blocks")
sys.exit(1 if bad else 0)
