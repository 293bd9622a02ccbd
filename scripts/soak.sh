#!/bin/sh
# Builds a release and lets it run for a while under load and faults: descriptors, processes, threads, zombies and memory
# have to stay flat, every request has to be answered, and nothing may be left in the end.
#   scripts/soak.sh MINUTES     0.5 or more; memory is judged from about 1 on. Progress on standard error, a table in the end
# Exit code: 0, 1 with the names of what was not flat, 2 for bad arguments.
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
