#!/bin/sh
# Every C++ file, and the example of CONTRIBUTING.md, is formatted according to .clang-format. Fix: clang-format -i FILE
set -eu
cd "$1"
command -v clang-format >/dev/null || { echo "clang-format is not installed; scripts/deps.sh installs it"; exit 1; }
sed -n '/^```cpp$/,/^```$/p' CONTRIBUTING.md | sed '/^```/d' | clang-format --assume-filename="$PWD/checks/example.cpp" \
  --dry-run -Werror
find include lib checks sidecar tests bench -name '*.[ch]pp' -print0 | xargs -0 clang-format --dry-run -Werror
