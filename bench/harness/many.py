"""Many checks every second: CPU time of telltale's processes per run, and of the probe alone.

The probe alone is bench_bare_checks: the same check objects in one process, at the same pace, with nothing around them.
Paced, because a probe that runs after 50 ms of sleep takes longer than one in a hot loop.
"""
import re
import subprocess
import time

from harness import load, sidecar

FIRST_RUNS_PER_SECOND = 64 * 20  # docs/decisions/004
RUNS = re.compile(rb"^telltale_check_runs_total\{[^}]*\} (\d+)$", re.MULTILINE)


def runs(server):
    """All runs that have ended, and the time of the query."""
    text = load.wait_for(server.process, server.port, "/metrics")
    return sum(int(count) for count in RUNS.findall(text)), time.monotonic()


def telltale(bench, config, count, seconds, program=None):
    """(CPU microseconds per run, runs a second). A scrape of many checks is itself work, so that the processor time is
    read well after the first one and before the second."""
    server = sidecar.start(bench, config, program=program)
    time.sleep(count / FIRST_RUNS_PER_SECOND + 2)  # not until all are well: they may be too many for the machine
    first, first_time = runs(server)
    time.sleep(3)
    begin, cpu = time.monotonic(), server.process.cpu_seconds()
    time.sleep(seconds)
    share = (server.process.cpu_seconds() - cpu) / (time.monotonic() - begin)
    last, last_time = runs(server)
    rate = (last - first) / (last_time - first_time)
    server.process.end()
    return share / rate * 1e6, rate


def bare(bench, kind, count, seconds, paths):
    """CPU microseconds per probe, on the same processor."""
    words = ["taskset", "-c", bench.server_cpu, bench.tool("bench_bare_checks"), kind, count, seconds, *paths]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return float(done.stdout)
