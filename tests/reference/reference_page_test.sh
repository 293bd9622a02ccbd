#!/bin/sh
# Fails when the reference page is not what the program would write today.
#   reference_page_test.sh TELLTALE PAGE
set -eu
if "$1" checks --markdown | diff -u "$2" -; then exit 0; fi
echo "$2 is out of date; mend it with: telltale checks --markdown > docs/checks.md" >&2
exit 1
