#!/bin/sh
# Runs a libFuzzer program. The last lines of a failure are its cause and the input, for logs of which only the end is kept.
# usage: run_target.sh PROGRAM ARTIFACTS ARGUMENT...      ARTIFACTS: a folder for the input that fails, and the log
set -u
program=$1 artifacts=$2
shift 2
name=${program##*/fuzz_}
mkdir -p "$artifacts"
rm -f "$artifacts"/*-* # an input of an earlier run is not one of this run
log=$artifacts/log
# The fuzzer uses compared numbers, including addresses, so runs are only reproducible with fixed addresses.
fixed="setarch -R"
$fixed true 2>/dev/null || fixed=
{ $fixed "$program" "$@" -artifact_prefix="$artifacts/" 2>&1; echo $? >"$artifacts/code"; } | tee "$log"
code=$(cat "$artifacts/code")
[ "$code" -ne 0 ] || exit 0

# libFuzzer names the kind of a failure in the name of the input.
input=$(find "$artifacts" -name '*-*' -type f | head -n 1)
case "${input##*/}" in
  timeout-*) cause="timeout: one input ran longer than -timeout allows" ;;
  oom-*) cause="memory: the process exceeded -rss_limit_mb, or one allocation -malloc_limit_mb" ;;
  leak-*) cause="leak: memory is not released" ;;
  crash-*) cause="crash: an invariant of the target is violated, or a sanitizer reported an error" ;;
  *) cause="the process ended with exit code $code and left no input" ;;
esac
{
  echo
  echo "== fuzz/$name failed"
  grep -E 'ERROR: |runtime error: |SUMMARY: |^violated invariant: ' "$log" | sort -u | head -n 8
  grep -E '^ *#[0-9]+ .* in ' "$log" | grep -vE 'fuzzer::|libFuzzer|/llvm-|libc' | head -n 8
  if [ -n "$input" ]; then
    echo "input: $input, $(wc -c <"$input") bytes; the first 3,000 in base64:"
    head -c 3000 "$input" | base64 -w 110
    echo "commit it to tests/fuzz/corpus/$name once the cause is gone"
  fi
  echo "cause: $cause"
} >&2
exit "$code"
