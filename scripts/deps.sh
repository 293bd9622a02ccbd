#!/bin/sh
# Installs the Debian 12 packages that the build and the tests need. This is the only list of packages.
#   scripts/deps.sh           packages of the build and the tests
#   scripts/deps.sh --build   packages of a release build
#   scripts/deps.sh --test    additional packages of the tests, and the tools of scripts/tools.sh
#   scripts/deps.sh --run     additional packages of the demo
set -eu

build="g++ cmake ninja-build ccache pkg-config git ca-certificates
  libboost1.81-dev libsqlite3-dev prometheus-cpp-dev libyaml-cpp-dev libssl-dev zlib1g-dev libfmt-dev libcli11-dev
  libre2-dev libc-ares-dev libnghttp2-dev"
run="python3 python3-websockets curl procps"
test="doctest-dev clang clang-format clang-tidy libclang-rt-14-dev libfaketime strace
  sqlite3 sqlcipher openssl openjdk-17-jre-headless
  python3-aiosmtpd python3-fastapi python3-grpcio python3-jsonschema python3-prometheus-client python3-uvicorn python3-yaml
  iproute2 util-linux e2fsprogs xfsprogs btrfs-progs
  buildah podman runc debootstrap netavark aardvark-dns iptables podman-compose docker-compose"
# npm is only used to download packages, so any version is sufficient.
command -v npm >/dev/null || test="$test npm"
command -v node >/dev/null || test="$test nodejs"

case "${1:-}" in
  "") packages="$build $run $test" ;;
  --build) packages="$build" ;;
  --run) packages="$run" ;;
  --test) packages="$run $test" ;;
  *) echo "usage: scripts/deps.sh [--build|--run|--test]" >&2; exit 2 ;;
esac

look() {
  missing=""
  for package in $packages; do
    dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing="$missing $package"
  done
}

# apt's machine-readable progress ("dlstatus:1:20.5:...", "pmstatus:g++:40.0:...") as a line for every tenth.
progress() {
  last=
  while IFS=: read -r kind _ percent _; do
    case "$kind" in dlstatus) part=downloaded ;; pmstatus) part=installed ;; *) continue ;; esac
    percent=${percent%%.*}
    [ "$part${percent%?}" = "$last" ] || echo "deps: $percent % $part" >&2
    last=$part${percent%?}
  done
}

look
if [ -n "$missing" ]; then
  if [ "$(id -u)" -eq 0 ]; then sudo=""; elif command -v sudo >/dev/null; then sudo=sudo; else
    echo "deps: missing packages:$missing" >&2
    echo "deps: run as root, or install sudo" >&2
    exit 1
  fi
  echo "deps: installing$missing" >&2
  export DEBIAN_FRONTEND=noninteractive
  $sudo apt-get update -qq
  # shellcheck disable=SC2086
  $sudo apt-get install -y -qq --no-install-recommends -o APT::Status-Fd=1 $missing | progress
  # The pipe hides apt's exit code.
  look
  [ -z "$missing" ] || { echo "deps: not installed:$missing" >&2; exit 1; }
fi

case "${1:-}" in "" | --test) "${0%/*}/tools.sh" ;; esac
