"""Starts telltale for a measurement, and generates its configurations."""
from harness import load, watched
from harness.server import Server


EARLIER = "earlier telltale"


def start(bench, config=None, path="/health", program=None):
    """Started and answering `path`; without a configuration it checks the disk of / every 10 s."""
    port = bench.port()
    process = bench.start("telltale", command(bench, port, config, program), cwd=bench.folder)
    load.wait_for(process, port, path)
    return Server(process, port)


def versions(bench):
    """{name: program}: this one, and the earlier one when the command line names one."""
    return {"telltale": bench.telltale, **({EARLIER: bench.earlier} if bench.earlier else {})}


def start_versions(bench, config=None, path="/health"):
    """{name: Server} of each version."""
    return {name: start(bench, config, path, program) for name, program in versions(bench).items()}


def command(bench, port, config=None, program=None):
    words = [program or bench.telltale, "serve", "--listen", f"127.0.0.1:{port}"]
    if config is None:
        return words
    file = bench.folder / f"telltale-{port}.yaml"
    file.write_text(config)
    return [*words, "-c", file]


def config(checks, interval="10s"):
    """`checks`: texts such as "type: marker, path: /x"; they are named c0, c1 and so on."""
    timeout = "500ms" if interval == "1s" else "2s"
    return (f"defaults: {{interval: {interval}, timeout: {timeout}}}\nchecks:\n" +
            "".join(f"  - {{name: c{i}, {check}}}\n" for i, check in enumerate(checks)))


def many(kind, paths, count, interval="1s"):
    return config([f"type: {kind}, path: {paths[i % len(paths)]}" for i in range(count)], interval)


def markers(bench, count, interval="1s"):
    return many("marker", watched.markers(bench), count, interval)


def four_checks(bench):
    """One of each type."""
    return config([f"type: sqlite, path: {watched.databases(bench, 1)[0]}", "type: disk, path: /",
                   f"type: websocket, url: '{watched.web_socket(bench)}'",
                   f"type: marker, path: {watched.markers(bench, 1)[0]}"])
