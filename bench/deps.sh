#!/bin/sh
# Installs the peers of the benchmarks from Debian 12 packages, without starting their services.
#   bench/deps.sh
set -eu

packages="nginx-light haproxy lighttpd caddy golang-go golang-github-prometheus-client-golang-dev
  python3-fastapi uvicorn python3-uvloop python3-httptools prometheus-blackbox-exporter monit curl openssl
  gcc libc6-dev prometheus-cpp-dev python3 python3-websockets iproute2 util-linux"

# A policy-rc.d that exits with 101 keeps Debian from starting services; an existing one is not changed.
guard=/usr/sbin/policy-rc.d
guarded=""
unguard() { [ -z "$guarded" ] || $sudo rm -f "$guard"; }
trap unguard EXIT
trap 'exit 130' INT TERM

missing=""
for package in $packages; do
  status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) || status=""
  [ "$status" = "install ok installed" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -eq 0 ]; then sudo=""; elif command -v sudo >/dev/null; then sudo=sudo; else
  echo "bench: not installed:$missing" >&2
  echo "bench: run bench/deps.sh as root; peers that are not installed are marked in the table" >&2
  exit 0
fi
if [ ! -e "$guard" ]; then
  guarded=yes
  printf '#!/bin/sh\nexit 101\n' | $sudo tee "$guard" >/dev/null
  $sudo chmod 755 "$guard"
fi
echo "bench: installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
# One by one: a package that cannot be installed affects one peer, not the whole table.
for package in $missing; do
  $sudo apt-get install -y -qq --no-install-recommends "$package" >/dev/null ||
    echo "bench: $package cannot be installed" >&2
done
