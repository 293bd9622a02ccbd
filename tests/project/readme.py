#!/usr/bin/python3
"""The YAML of README.md is real: configurations pass `telltale validate`, probes aim at a port that somebody opens.

usage: readme.py TELLTALE README
"""
import re
import subprocess
import sys

import yaml

telltale, readme = sys.argv[1:]
blocks = re.findall(r"^```yaml\n(.*?)^```$", open(readme).read(), re.S | re.M)
configs = [b for b in blocks if b.startswith("# telltale.yaml\n")]
manifests = [b for b in blocks if b not in configs]
assert len(configs) >= 5 and manifests, "README.md has lost its examples"

bad = 0
for config in configs:
    done = subprocess.run([telltale, "validate", "-"], input=config, text=True, capture_output=True)
    if done.returncode != 0:
        bad += 1
        print(config, done.stdout, done.stderr)

for manifest in manifests:
    pod = yaml.safe_load(manifest)["spec"]
    everybody = pod["containers"] + pod.get("initContainers", [])
    open_ports = {p["containerPort"] for c in everybody for p in c.get("ports", [])}
    probed = [c[k]["httpGet"]["port"] for c in pod["containers"] for k in c if k.endswith("Probe")]
    assert probed, "no probe on the application's container"
    if not set(probed) <= open_ports:
        bad += 1
        print(f"probes aim at {probed}, open are {open_ports}")

print(f"{len(configs)} configurations, {len(manifests)} manifests, {bad} bad")
sys.exit(1 if bad else 0)
