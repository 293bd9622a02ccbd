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
# Every installed header, each first in a file of its own: a part of the check `note`.
mkdir "$work/project/note"
for header in $(cd "$work/prefix/include/telltale" && find . -name '*.hpp' | cut -c3-); do
  case $header in
    lib/*) echo "#include \"${header#lib/}\"" ;;
    *) echo "#include <telltale/$header>" ;;
  esac >"$work/project/note/$(echo "$header" | tr / _ | sed 's/hpp$/cpp/')"
done
test "$(ls "$work/project/note" | wc -l)" -ge 25

cmake -S "$work/project" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix" \
  -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_FLAGS="$flags" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
cmake --build "$work/build" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }

"$work/build/my_sidecar" checks uptime | grep -q at_least
printf 'checks: [{name: up, type: uptime, at_least: 1ms}]\n' >"$work/good.yaml"
"$work/build/my_sidecar" check -c "$work/good.yaml" --format text
printf 'eleven byte' >"$work/note"
printf 'checks: [{name: n, type: note, path: %s, size: 4B}]\n' "$work/note" >"$work/large.yaml"
if "$work/build/my_sidecar" check -c "$work/large.yaml" --format text >"$work/log"; then echo "a large note passed"; exit 1; fi
grep -q 'note has 11 B (limit 4 B)' "$work/log" || { cat "$work/log"; exit 1; }
printf 'checks: [{name: n, type: note, path: %s, match: ^twelve}]\n' "$work/note" >"$work/other.yaml"
if "$work/build/my_sidecar" check -c "$work/other.yaml" --format text >"$work/log"; then echo "another note passed"; exit 1; fi
grep -q 'mismatch: .*note differs' "$work/log" || { cat "$work/log"; exit 1; }
rm "$work/note"
if "$work/build/my_sidecar" check -c "$work/large.yaml" --format text >"$work/log"; then echo "no note passed"; exit 1; fi
grep -q 'missing: .*note does not exist' "$work/log" || { cat "$work/log"; exit 1; }
"$work/build/my_sidecar" checks note | grep -q 'Default interval 1m, timeout 5s'
printf 'checks: [{name: g, type: greeting, address: "127.0.0.1:1"}]\n' >"$work/net.yaml"
if "$work/build/my_sidecar" check -c "$work/net.yaml" --format text >"$work/log"; then echo "nobody greeted"; exit 1; fi
grep -q 'refused: .*nothing listens there' "$work/log" || { cat "$work/log"; exit 1; }
printf 'checks: [{name: up, type: uptime, atleast: 1ms}]\n' >"$work/bad.yaml"
if "$work/build/my_sidecar" validate "$work/bad.yaml" >"$work/log" 2>&1; then echo "a typo was accepted"; exit 1; fi
grep -q "did you mean 'at_least'" "$work/log" || { cat "$work/log"; exit 1; }
