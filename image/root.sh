#!/bin/sh
# Creates the content of the image in two directories; the second one changes more often.
# usage: root.sh PROGRAM SOURCE TARGET
#   TARGET/base       user, CA certificates, directories
#   TARGET/program    /opt/telltale/telltale, /telltale and the default configuration
# The program needs no other file, so its directory runs in any other Linux image, with any C library.
set -eu
program=$1 source=$2 target=$3
home=/opt/telltale

base=$target/base
mkdir -p "$base/etc/ssl/certs" "$base/etc/telltale" "$base/tmp"
chmod 1777 "$base/tmp"
echo 'nonroot:x:65532:65532:telltale:/:/sbin/nologin' >"$base/etc/passwd"
echo 'nonroot:x:65532:' >"$base/etc/group"
cp /etc/ssl/certs/ca-certificates.crt "$base/etc/ssl/certs/"

# The image has no loader, and other images may have a different one.
if ldd "$program" 2>/dev/null | grep -q '=>'; then
  echo "root.sh: $program needs shared libraries; TELLTALE_STATIC is what the image is made of" >&2
  exit 1
fi

mkdir -p "$target/program$home" "$target/program/etc/telltale"
cp "$program" "$target/program$home/telltale"
ln -s "${home#/}/telltale" "$target/program/telltale"
cp "$source/image/telltale.yaml" "$target/program/etc/telltale/"
