"""Prepares a measurement: packages and a release build."""
import subprocess

from harness.bench import SOURCE

STEPS = (["scripts/deps.sh", "--build"], ["bench/deps.sh"], ["cmake", "--preset", "release", "-DTELLTALE_BENCH=ON"],
         ["cmake", "--build", "--preset", "release"])


def prepare():
    """Ends the program when a step fails."""
    for step in STEPS:
        done = subprocess.run(step, cwd=SOURCE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{done.stdout}bench: {' '.join(step)} failed")
