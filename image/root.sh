#!/bin/sh
# Lays out what the image holds, in three folders that change ever more often: usage: root.sh PROGRAM SOURCE TARGET
#   TARGET/base       user, CA certificates, folders
#   TARGET/libraries  /opt/telltale/lib: the loader and every shared object the program needs
#   TARGET/program    /opt/telltale/telltale, /telltale and the default configuration
# The program names its loader and its libraries by their place in /opt/telltale, so that this one folder runs in any
# other Linux image, whatever C library that has.
set -eu
program=$1 source=$2 target=$3
home=/opt/telltale

base=$target/base
mkdir -p "$base/etc/ssl/certs" "$base/etc/telltale" "$base/tmp"
chmod 1777 "$base/tmp"
echo 'nonroot:x:65532:65532:telltale:/:/sbin/nologin' >"$base/etc/passwd"
echo 'nonroot:x:65532:' >"$base/etc/group"
cp /etc/ssl/certs/ca-certificates.crt "$base/etc/ssl/certs/"

libraries=$target/libraries$home/lib
mkdir -p "$libraries"
ldd "$program" | sed -n 's/^.*=> //; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p' | while read -r library; do
  case "$library" in
    */ld-linux* | */ld64.so*) name=ld.so ;;
    *) name=${library##*/} ;;
  esac
  cp -L "$library" "$libraries/$name"
done
[ -x "$libraries/ld.so" ] || { echo "root.sh: $program has no loader among its libraries" >&2; exit 1; }

mkdir -p "$target/program$home" "$target/program/etc/telltale"
cp "$program" "$target/program$home/telltale"
ln -s "${home#/}/telltale" "$target/program/telltale"
cp "$source/image/telltale.yaml" "$target/program/etc/telltale/"
