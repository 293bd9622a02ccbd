#!/bin/sh
# Installs missing packages, builds, and runs every test of a preset.
#   scripts/test.sh                 preset dev: what a change has to pass first
#   scripts/test.sh all             presets fuzz (libFuzzer, a fixed sequence of inputs), dev and asan (AddressSanitizer +
#                                   UBSan): what continuous integration runs
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
export NINJA_STATUS="[%f of %t, %es] "
started=$(date +%s)
# shellcheck disable=SC2086
steps() { echo $#; }
total=$(steps $presets)
step=0
for preset in $presets; do
  step=$((step + 1))
  echo "== $preset ($step of $total): configure, build, test; $((($(date +%s) - started) / 60)) min so far"
  cmake --preset "$preset" >/dev/null
  cmake --build --preset "$preset" -- -j "$jobs"
  # ctest does not print why tests were skipped: print the reasons, and repeat its summary at the end.
  output=build/$preset/ctest.log
  # Most tests wait for most of their time, so two run for each processor; PROCESSORS 2 marks one that keeps a processor busy.
  { ctest --preset "$preset" -j $((2 * jobs)) 2>&1 || echo "ctest failed"; } | tee "$output"
  grep -hE '(^| )skipped:? ' "build/$preset/Testing/Temporary/LastTest.log" || true
  if grep -q '^ctest failed$' "$output"; then exit 8; fi
  grep 'tests passed' "$output"
done
