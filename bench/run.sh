#!/bin/sh
# Measures telltale and what it is compared with in one run, and prints one table; docs/performance.md says how.
#   bench/run.sh [--quick] [--save FILE] [NAME...]   --help says more, and lists the names
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ -x /usr/bin/python3 ] || "$here/../scripts/deps.sh" --run
PYTHONPATH="$here" exec /usr/bin/python3 -B -m harness "$@"
