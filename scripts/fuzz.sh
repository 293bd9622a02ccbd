#!/bin/sh
# Runs the fuzz targets one after the other, on the inputs found before and the committed corpus.
#   scripts/fuzz.sh [TARGET] [MINUTES]     all targets, 10 minutes each; scripts/fuzz.sh all 60: each for an hour
# New inputs are kept in build/fuzz/tests/fuzz/found. Exit code: 1 when an input violates an invariant, with its file name;
# 2 for invalid arguments, before anything is built.
set -eu
cd "$(dirname "$0")/.."

case "${1:-}" in
  -h|--help) sed -n '2,5p' "$0" | sed 's/^# \{0,1\}//'; exit 0 ;;
esac

refuse() { echo "fuzz: $1 (see scripts/fuzz.sh --help)" >&2; exit 2; }

[ $# -le 2 ] || refuse "at most two arguments: a target and a number of minutes"
minutes=${2:-10}
case "$minutes" in
  *[!0-9]* | "" | 0*) refuse "MINUTES is a whole number from 1, not '$minutes'" ;;
esac
known=$(cd tests/fuzz/corpus && echo *)
targets=${1-all}
[ "$targets" != all ] || targets=$known
case " $known " in
  *" $targets "*) ;;
  *) refuse "there is no target '$targets': use all or one of $known" ;;
esac

cmake --preset fuzz >/dev/null
# shellcheck disable=SC2046,SC2086
cmake --build --preset fuzz --target $(printf 'fuzz_%s ' $targets) -- --quiet -j "$(nproc)"
programs=build/fuzz/tests/fuzz
left=0
for name in $targets; do left=$((left + minutes)); done
for name in $targets; do
  left=$((left - minutes))
  echo "== $name for $minutes min, then $left min are left"
  mkdir -p "$programs/found/$name"
  tests/fuzz/run_target.sh "$programs/fuzz_$name" "$programs/failed/$name" -max_total_time=$((minutes * 60)) -timeout=10 \
    -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1 "$programs/found/$name" "tests/fuzz/corpus/$name" || exit 1
done
