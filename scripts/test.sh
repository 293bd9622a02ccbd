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
# Runs the tests of a preset that the arguments of ctest select. ctest does not print why tests were skipped.
run_tests() {
  preset=$1
  echo "-- tests of $preset: $2; $((($(date +%s) - started) / 60)) min so far"
  shift 2
  { ctest --preset "$preset" "$@" 2>&1 || echo "ctest failed"; } | tee -a "$output"
  grep -hE '(^| )skipped:? ' "build/$preset/Testing/Temporary/LastTest.log" || true
}
for preset in $presets; do
  step=$((step + 1))
  echo "== $preset ($step of $total): configure, build, test; $((($(date +%s) - started) / 60)) min so far"
  cmake --preset "$preset" >/dev/null
  cmake --build --preset "$preset" -- -j "$jobs"
  output=build/$preset/ctest.log
  : >"$output"
  # Four tests measure how late others are. They wait for most of their time: they run beside each other and nothing else.
  run_tests "$preset" "first those that measure lateness" -L lateness -j 16 --no-tests=ignore
  # Most other tests wait as well, so two run for each processor; PROCESSORS 2 marks one that keeps a processor busy.
  run_tests "$preset" "then all others" -LE lateness -j $((2 * jobs))
  if grep -q '^ctest failed$' "$output"; then exit 8; fi
  grep 'tests passed' "$output"
done
echo "== done after $((($(date +%s) - started) / 60)) min"
