#!/bin/sh
# Builds a release and runs it under load and faults. Descriptors, processes, threads, zombies and memory have to stay
# constant, every request has to be answered, and nothing may remain at the end.
#   scripts/soak.sh MINUTES     0.5 or more; memory is checked from about 1 on. Prints progress, and a table at the end
# Exit code: 0; 1 with the names of the values that did not stay constant; 2 for invalid arguments.
# Environment: TELLTALE=PROGRAM uses that program instead of building one.
set -eu
cd "$(dirname "$0")/.."

case "${1:-}" in
  -h | --help) sed -n '2,6p' "$0" | sed 's/^# \{0,1\}//'; exit 0 ;;
esac
wrong() { echo "soak: $* (see --help)" >&2; exit 2; }
[ $# -eq 1 ] || wrong "one argument is needed, the number of minutes"
case "$1" in
  "" | . | *[!0-9.]* | *.*.*) wrong "not a number of minutes: $1" ;;
esac
awk "BEGIN { exit !($1 >= 0.5) }" || wrong "at least 0.5 minutes, not $1"

if [ -z "${TELLTALE:-}" ]; then
  scripts/deps.sh --build
  scripts/deps.sh --run
  cmake --preset release >/dev/null
  cmake --build --preset release --target telltale >&2
  TELLTALE=$(pwd)/build/release/telltale
fi
export TELLTALE
exec /usr/bin/python3 -B tests/soak/soak.py "$1"
