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
