#!/bin/sh
# Runs the fuzz targets for long, one after the other, on what they found before and the committed corpus.
#   scripts/fuzz.sh [TARGET] [MINUTES]     all targets, 10 minutes each; scripts/fuzz.sh all 60: each for an hour
# What is found stays in build/fuzz/tests/fuzz/found; an input that breaks a promise is named and ends the script with 1.
set -eu
cd "$(dirname "$0")/.."

case "${1:-}" in
  -h|--help) sed -n '2,4p' "$0" | sed 's/^# \{0,1\}//'; exit 0 ;;
esac

target=${1:-all}
minutes=${2:-10}
[ "$target" != all ] || target=$(cd tests/fuzz/corpus && ls)
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz -- -j "$(nproc)"
programs=build/fuzz/tests/fuzz
for name in $target; do
  if [ ! -d "tests/fuzz/corpus/$name" ]; then
    echo "fuzz: there is no target $name: use one of $(cd tests/fuzz/corpus && echo *)" >&2
    exit 2
  fi
  echo "== $name: $minutes minutes"
  mkdir -p "$programs/found/$name"
  "$programs/fuzz_$name" -max_total_time=$((minutes * 60)) -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$programs/$name-" "$programs/found/$name" "tests/fuzz/corpus/$name" || {
    echo "fuzz: $name broke a promise; its input is $programs/$name-*: commit it to tests/fuzz/corpus/$name" >&2
    exit 1
  }
done
