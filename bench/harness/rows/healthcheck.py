"""`telltale healthcheck` as Docker runs it: from spawn to exit."""
import shutil
import subprocess

from harness import rounds, sidecar, table

NUMBER, NAME = 10, "healthcheck"
TITLE = "telltale healthcheck, from spawn to exit"
LIMIT_MS = 1.5
GOALS = {sidecar.EARLIER: 1 / 1.2}


def run(bench):
    port = sidecar.start(bench, path="/ready").port
    commands = {name: [program, "healthcheck", "--url", f"http://127.0.0.1:{port}"]
                for name, program in sidecar.versions(bench).items()}
    commands["static C client"] = [bench.tool("bench_static_client"), port, "/ready"]
    if shutil.which("curl"):
        commands["curl"] = ["curl", "-fsS", "-o", "/dev/null", f"http://127.0.0.1:{port}/ready"]
    found = rounds.interleaved(bench, commands, lambda command: milliseconds(bench, command), bench.rounds(15, 5))
    lines = [table.limited(NUMBER, TITLE, rounds.median(found["telltale"]), "ms", LIMIT_MS)]
    for name, values in found.items():
        if name != "telltale":
            lines.append(table.compared(NUMBER, TITLE, lines[0].figure, name, f"{rounds.median(values):.2f} ms",
                                        rounds.ratio(values, found["telltale"]), GOALS.get(name)))
    if "curl" not in found:
        lines.append(table.missing(NUMBER, TITLE, "curl", "curl is not installed"))
    return lines


def milliseconds(bench, command):
    words = [bench.tool("bench_spawn_time"), bench.rounds(50, 30), *command]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return float(done.stdout) / 1000
