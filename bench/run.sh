#!/bin/sh
# Measures telltale and its peers in one run, and prints one table; docs/performance.md describes the method.
#   bench/run.sh [--quick] [--save FILE] [NAME...]   --help explains the options and lists the names
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ -x /usr/bin/python3 ] || "$here/../scripts/deps.sh" --run
PYTHONPATH="$here" exec /usr/bin/python3 -B -m harness "$@"
