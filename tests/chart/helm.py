"""Finds the Helm releases to test with, and renders the chart as YAML text and as objects."""
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

from manifests import documents

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "charts" / "telltale"
CACHE = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
TOOLS = pathlib.Path(os.environ.get("TELLTALE_TOOLS") or pathlib.Path(CACHE, "telltale", "tools"))
# A cluster that supports native sidecars.
CLUSTER = "1.31.0"


def tool(name):
    """The path of a program installed by scripts/deps.sh --test, else of an installed one, else None."""
    ours = TOOLS / name
    return str(ours) if ours.exists() else shutil.which(name)


def releases():
    """One Helm of every supported major version."""
    found = [path for path in (tool("helm3"), tool("helm4")) if path]
    return found or [path for path in (shutil.which("helm"),) if path]


def run(helm, *arguments):
    # Helm 4 and 3 read plugins, repositories and clusters from the home directory; it is empty here.
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "HELM_CACHE_HOME": "/nonexistent/cache",
                   "HELM_CONFIG_HOME": "/nonexistent/config", "HELM_DATA_HOME": "/nonexistent/data"}
    return subprocess.run([helm, *arguments], capture_output=True, text=True, env=environment, timeout=120)


def template(helm, *arguments, chart=CHART, cluster=CLUSTER, release="telltale"):
    """The output of `helm template` for a release in namespace default; an error of Helm is an AssertionError."""
    done = run(helm, "template", release, str(chart), "--namespace", "default", "--kube-version", cluster,
               *map(str, arguments))
    assert done.returncode == 0, f"{helm} template {arguments}: {done.stderr}"
    return done.stdout


def rendered(helm, *arguments, **more):
    return documents(template(helm, *arguments, **more))


def main():
    """Runs the tests of a script; without a Helm it reports a skip (exit code 77 for ctest)."""
    if not releases():
        print("skipped: no helm; scripts/deps.sh --test brings it")
        sys.exit(77)
    unittest.main(verbosity=2)
