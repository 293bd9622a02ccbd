#!/bin/sh
# Installs missing packages, builds telltale, and runs it beside a demo application.
#   scripts/quickstart.sh           runs until Ctrl-C; examples/demo-app/README.md shows how to break the application
#   scripts/quickstart.sh --once    exits when everything is ready: 0, or 1 with the reasons after 60 s
# Environment: TELLTALE=PROGRAM uses that program instead of building one.
set -eu
cd "$(dirname "$0")/.."

once=no
case "${1:-}" in
  "") ;;
  --once) once=yes ;;
  -h | --help) sed -n '2,5p' "$0" | sed 's/^# \{0,1\}//'; exit 0 ;;
  *) echo "quickstart: unknown argument $1 (see --help)" >&2; exit 2 ;;
esac

step() { printf '\n== %s\n' "$*"; }
now() { date +%s; }

build() {
  step "packages for the build"
  scripts/deps.sh --build
  step "building (some minutes on the first run, nothing when it is built already)"
  cmake --preset release >/dev/null
  NINJA_STATUS="[%f of %t, %es] " cmake --build --preset release --target telltale
  TELLTALE=build/release/telltale
}

# Prints the port if it is free, otherwise any free port.
free_port() {
  /usr/bin/python3 - "$1" <<'PYTHON'
import socket, sys
for port in (int(sys.argv[1]), 0):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            continue
        print(s.getsockname()[1])
        break
PYTHON
}

app="" sidecar="" work=""
clean_up() {
  code=$?
  trap - EXIT INT TERM HUP
  for pid in $sidecar $app; do kill "$pid" 2>/dev/null || true; done
  for pid in $sidecar $app; do wait "$pid" 2>/dev/null || true; done
  [ -z "$work" ] || rm -rf "$work"
  exit "$code"
}
ended() {
  printf '\n== stopped\n'
  exit "$1"
}
trap clean_up EXIT
trap 'ended 130' INT
trap 'ended 143' TERM
trap 'ended 129' HUP

start() {
  work=$(mktemp -d "${TMPDIR:-/tmp}/telltale-quickstart.XXXXXX")
  DEMO_DATA=$work/data
  DEMO_PORT=$(free_port 8765)
  DEMO_LISTEN=127.0.0.1:$(free_port 9640)
  url=http://$DEMO_LISTEN
  export DEMO_DATA DEMO_PORT DEMO_LISTEN
  mkdir "$DEMO_DATA"
  "$TELLTALE" serve -c examples/demo-app/telltale.yaml --log-format text >"$work/telltale.log" 2>&1 &
  sidecar=$!
  examples/demo-app/demo_app.py >"$work/app.log" 2>&1 &
  app=$!
}

still_running() {
  kill -0 "$sidecar" 2>/dev/null || { show_log "the sidecar" "$work/telltale.log"; exit 1; }
  kill -0 "$app" 2>/dev/null || { show_log "the demo application" "$work/app.log"; exit 1; }
}

show_log() {
  printf '\n%s has ended; the end of its log:\n' "$1" >&2
  tail -n 20 "$2" | sed 's/^/  /' >&2
}

# Requests a gate: succeeds when it passes, and sets $reasons to the response.
ask() {
  code=$(curl -s --max-time 2 -o "$work/answer" -w '%{http_code}' "$url/$1?verbose") || code=000
  reasons="the sidecar does not answer yet"
  [ "$code" = 000 ] || reasons=$(cat "$work/answer")
  [ "$code" = 200 ]
}

# Prints the gates and their reasons when a state changes; changes of numbers in the sentences are ignored.
shown=""
watch() {
  ready=no
  started="not yet"
  if ask ready; then ready=yes; fi
  of_ready=$reasons
  if ask startup; then started=yes; fi
  reasons=$of_ready
  states=$(printf '%s %s %s' "$started" "$ready" "$reasons" | sed '/loading/!s/: .*//')
  [ "$states" != "$shown" ] || return 0
  shown=$states
  printf '\n%s  started: %s   ready: %s\n' "$(date +%H:%M:%S)" "$started" "$ready"
  printf '%s\n' "$reasons" | sed 's/^/  /'
}

hints() {
  cat <<HINTS

== ready. To see its state:
  curl -s '$url/ready?verbose'     also /health and /startup
  curl -s $url/checks              all details, as JSON
  curl -s $url/metrics             for Prometheus
  log of the sidecar:     $work/telltale.log
  log of the application: $work/app.log

== To break it, use another terminal in $(pwd); changes are printed below
  export DEMO_DATA=$DEMO_DATA
  examples/demo-app/demo_app.py break writer       # or database, marker, disk, websocket
  examples/demo-app/demo_app.py repair all

Ctrl-C stops everything.
HINTS
}

scripts/deps.sh --run
[ -n "${TELLTALE:-}" ] || build
step "starting the demo application and telltale beside it"
start
deadline=$(($(now) + 60))
ready=no
while [ $ready = no ]; do
  still_running
  watch
  [ $ready = no ] || break
  if [ "$once" = yes ] && [ "$(now)" -ge "$deadline" ]; then
    printf '\n== not ready within 60 s\n%s\n' "$reasons" >&2
    exit 1
  fi
  sleep 0.3
done
if [ "$once" = yes ]; then step "ready"; exit 0; fi
hints
while still_running; do
  watch
  sleep 1
done
