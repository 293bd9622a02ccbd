#!/bin/sh
# usage: consumer_test.sh SOURCE BUILD COMPILER FLAGS
# Takes the example check out of CONTRIBUTING.md, builds a program of its own with it from the installed package, runs it.
set -eu
source=$1 build=$2 compiler=$3 flags=$4
work=$(mktemp -d "${TMPDIR:-/tmp}/telltale-consumer.XXXXXX")
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/prefix" >/dev/null
cp -r "$source/tests/install/consumer" "$work/project"
sed -n '/^```cpp$/,/^```$/p' "$source/CONTRIBUTING.md" | sed '/^```/d' >"$work/project/uptime.cpp"
grep -q 'check_type uptime()' "$work/project/uptime.cpp"

cmake -S "$work/project" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix" \
  -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_FLAGS="$flags" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
cmake --build "$work/build" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }

"$work/build/my_sidecar" checks uptime | grep -q at_least
printf 'checks: [{name: up, type: uptime, at_least: 1ms}]\n' >"$work/good.yaml"
"$work/build/my_sidecar" check -c "$work/good.yaml" --format text
printf 'checks: [{name: up, type: uptime, atleast: 1ms}]\n' >"$work/bad.yaml"
if "$work/build/my_sidecar" validate "$work/bad.yaml" >"$work/log" 2>&1; then echo "a typo was accepted"; exit 1; fi
grep -q "did you mean 'at_least'" "$work/log" || { cat "$work/log"; exit 1; }
