#!/bin/sh
# Installs missing packages, builds, and runs every test of a preset.
#   scripts/test.sh                 preset dev: what a change has to pass first
#   scripts/test.sh all             presets fuzz (libFuzzer, a minute a target), dev and asan (AddressSanitizer + UBSan):
#                                   what continuous integration runs
#   scripts/test.sh PRESET...       others, e.g. scripts/test.sh tsan
set -eu
cd "$(dirname "$0")/.."

case "${1:-}" in
  -h|--help) sed -n '2,6p' "$0" | sed 's/^# \{0,1\}//'; exit 0 ;;
  "") presets=dev ;;
  all) presets="fuzz dev asan" ;;
  *) presets=$* ;;
esac

scripts/deps.sh
jobs=$(nproc)
for preset in $presets; do
  echo "== $preset: configure, build, test"
  cmake --preset "$preset" >/dev/null
  cmake --build --preset "$preset" -- -j "$jobs"
  # ctest does not print why tests were skipped: print the reasons, and repeat its summary at the end.
  output=build/$preset/ctest.log
  { ctest --preset "$preset" -j "$jobs" 2>&1 || echo "ctest failed"; } | tee "$output"
  grep -hE '(^| )skipped:? ' "build/$preset/Testing/Temporary/LastTest.log" || true
  if grep -q '^ctest failed$' "$output"; then exit 8; fi
  grep 'tests passed' "$output"
done
