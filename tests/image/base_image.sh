#!/bin/sh
# Creates the file system of a minimal Debian 12 from Debian packages, for machines without access to an image registry.
# usage: base_image.sh TARGET.tar      needs root and debootstrap; packages come from the sources of this machine's apt
set -eu
target=$1
work=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$work"' EXIT
sources=/etc/apt/sources.list.d/debian.sources
mirror=$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p' "$sources" 2>/dev/null | head -n 1)
[ -n "$mirror" ] || mirror=$(sed -n 's/^deb  *\(\[[^]]*\]  *\)\{0,1\}\([^ ]*\)  *bookworm .*/\2/p' /etc/apt/sources.list | head -n 1)
[ -n "$mirror" ] || { echo "base_image.sh: apt's sources name no Debian mirror" >&2; exit 1; }

mkdir "$work/root"
debootstrap --variant=minbase bookworm "$work/root" "$mirror" >"$work/log" 2>&1 || { tail -n 5 "$work/log" >&2; exit 1; }
# The same sources, including security updates, and the same proxy.
[ ! -e "$sources" ] || { cp "$sources" "$work/root/etc/apt/sources.list.d/"; : >"$work/root/etc/apt/sources.list"; }
grep -ls 'Acquire' /etc/apt/apt.conf.d/* | while read -r file; do cp "$file" "$work/root/etc/apt/apt.conf.d/"; done
rm -rf "$work/root/var/cache/apt/archives/"*.deb "$work/root/var/lib/apt/lists/"*
tar -C "$work/root" -c . >"$work/tar"
mv "$work/tar" "$target"
