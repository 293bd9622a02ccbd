"""One sqlite inspection in a hot loop, compared with the system calls that it needs."""
import re
import subprocess

from harness import table

NUMBER, NAME = 11, "sqlite-inspect"
TITLE = "one sqlite inspection, hot: CPU"


def run(bench):
    words = ["taskset", "-c", str(bench.server_cpu), bench.tool("bench_sqlite_inspect")]
    done = subprocess.run(words, capture_output=True, text=True)
    found = re.findall(r"(\d+\.\d+) us", done.stdout)
    if done.returncode != 0 or len(found) < 2:
        raise RuntimeError(done.stderr.strip() or "bench_sqlite_inspect failed")
    own, bare = float(found[0]), float(found[1])
    return [table.compared(NUMBER, TITLE, f"{own:.2f} us", "bare system calls", f"{bare:.2f} us", bare / own)]
