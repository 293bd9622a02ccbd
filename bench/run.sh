#!/bin/sh
# Measures telltale and what it is compared with in one run, and prints one table; docs/performance.md says how.
#   bench/run.sh [--quick] [--save FILE] [NAME...]   --help says more, and lists the names
set -eu
here=$(cd "$(dirname "$0")" && pwd)
case " $* " in
  *" --help "* | *" -h "*) ;;
  *)
    cd "$here/.."
    scripts/deps.sh --build
    bench/deps.sh
    cmake --preset release -DTELLTALE_BENCH=ON >/dev/null
    cmake --build --preset release >&2
    cd - >/dev/null
    ;;
esac
PYTHONPATH="$here" exec /usr/bin/python3 -B -m harness "$@"
