#!/bin/sh
# usage: static_names_test.sh PROGRAM
# A static program finds names in /etc/hosts when nsswitch.conf lists a module first, and no service after it.
set -eu
unshare -rm true 2>/dev/null || { echo "skipped: mount namespaces are not permitted here"; exit 77; }
work=$(mktemp -d "${TMPDIR:-/tmp}/telltale-names.XXXXXX")
trap 'rm -rf "$work"' EXIT
echo 'hosts: nosuchmodule [!SUCCESS=return] files' >"$work/nsswitch.conf"
echo '192.0.2.7 static.test' >"$work/hosts"
cd "$work"
unshare -rm sh -c 'mount --bind nsswitch.conf /etc/nsswitch.conf && mount --bind hosts /etc/hosts && exec "$0" static.test' "$1"
