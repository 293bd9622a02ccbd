#!/bin/sh
# Builds a release and prints the benchmarks, each with what it is measured against in the same run.
#   bench/run.sh            takes less than a minute; a quiet machine gives steadier figures
set -eu
cd "$(dirname "$0")/.."
case "${1:-}" in
  "") ;;
  -h | --help) sed -n '2,3p' "$0" | sed 's/^# \{0,1\}//'; exit 0 ;;
  *) echo "bench: unknown argument $1 (see --help)" >&2; exit 2 ;;
esac
scripts/deps.sh --build
cmake --preset release -DTELLTALE_BENCH=ON >/dev/null
cmake --build --preset release --target bench_sqlite_inspect
build/release/bench/bench_sqlite_inspect
