"""From exec to the first 200, asked without a pause."""
import subprocess

from harness import peers, rounds, sidecar, table

NUMBER, NAME = 6, "first-answer"
TITLE = "exec to the first 200 of /health"
LIMIT_MS = 5
GOALS = {sidecar.EARLIER: 1 / 1.2}


def run(bench):
    commands = {name: lambda port, program=program: sidecar.command(bench, port, program=program)
                for name, program in sidecar.versions(bench).items()}
    missing = {}
    for name, peer in peers.HEALTH.items():
        if peers.is_there(bench, peer.needs):
            commands[name] = lambda port, peer=peer: peer.command(bench, port)
        else:
            missing[name] = f"{peer.package} is not installed"
    found = rounds.interleaved(bench, commands, lambda command: milliseconds(bench, command), bench.rounds(15, 7))
    own = rounds.median(found["telltale"])
    lines = [table.limited(NUMBER, TITLE, own, "ms", LIMIT_MS)]
    for name, values in found.items():
        if name != "telltale":
            lines.append(table.compared(NUMBER, TITLE, lines[0].figure, name, f"{rounds.median(values):.2f} ms",
                                        rounds.ratio(values, found["telltale"]), GOALS.get(name)))
    return lines + [table.missing(NUMBER, TITLE, name, why) for name, why in missing.items()]


def milliseconds(bench, command):
    port = bench.port()
    words = [bench.tool("bench_first_answer"), bench.server_cpu, port, "/health", *command(port)]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, cwd=bench.folder)
    if done.returncode != 0:
        raise RuntimeError(f"{words[4]}: {done.stderr.strip()}")
    return float(done.stdout) / 1000
