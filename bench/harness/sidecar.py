"""telltale as it is measured: configurations with many checks, and the things they watch."""
from harness import load
from harness.server import Server


def start(bench, config=None, path="/health"):
    """Answering `path`; without a configuration, as it comes: the disk below / every 10 s."""
    port = bench.port()
    command = [bench.telltale, "serve", "--listen", f"127.0.0.1:{port}"]
    if config is not None:
        file = bench.folder / f"telltale-{port}.yaml"
        file.write_text(config)
        command += ["-c", file]
    process = bench.start("telltale", command, cwd=bench.folder)
    load.wait_for(process, port, path)
    return Server(process, port)


def config(checks, interval, timeout=None):
    """`checks`: texts such as "type: marker, path: /x"; they are named c0, c1 and so on."""
    timeout = timeout or ("500ms" if interval == "1s" else "2s")
    return (f"defaults: {{interval: {interval}, timeout: {timeout}}}\nchecks:\n" +
            "".join(f"  - {{name: c{i}, {check}}}\n" for i, check in enumerate(checks)))


def marker_files(bench, count=100):
    folder = bench.folder / "m"
    folder.mkdir(exist_ok=True)
    made = [folder / str(i) for i in range(count)]
    for file in made:
        file.write_text("loaded\n")
    return made


def markers(bench, count, interval="1s"):
    files = marker_files(bench)
    return config([f"type: marker, path: {files[i % len(files)]}" for i in range(count)], interval)
