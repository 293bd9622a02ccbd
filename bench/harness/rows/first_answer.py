"""From exec to the first 200, asked without a pause."""
import subprocess

from harness import peers, rounds, sidecar, table

NUMBER, NAME = 6, "first-answer"
TITLE = "exec to the first 200 of /health"
LIMIT_MS = 5


def run(bench):
    commands = {"telltale": lambda port: sidecar.command(bench, port)}
    missing = {}
    for name, peer in peers.HEALTH.items():
        if peers.is_there(bench, peer.needs):
            commands[name] = lambda port, peer=peer: peer.command(bench, port)
        else:
            missing[name] = f"{peer.package} is not installed"
    found = rounds.interleaved(bench, commands, lambda command: milliseconds(bench, command), bench.rounds(15, 5))
    own = rounds.median(found["telltale"])
    lines = [table.limited(NUMBER, TITLE, own, "ms", LIMIT_MS)]
    for name in peers.HEALTH:
        if name in missing:
            lines.append(table.missing(NUMBER, TITLE, name, missing[name]))
        else:
            lines.append(table.compared(NUMBER, TITLE, lines[0].figure, name, f"{rounds.median(found[name]):.2f} ms",
                                        rounds.ratio(found[name], found["telltale"])))
    return lines


def milliseconds(bench, command):
    port = bench.port()
    words = [bench.tool("bench_first_answer"), bench.server_cpu, port, "/health", *command(port)]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, cwd=bench.folder)
    if done.returncode != 0:
        raise RuntimeError(f"{words[4]}: {done.stderr.strip()}")
    return float(done.stdout) / 1000
