"""The functions that are executed while telltale serves: cmake/hot_functions.txt, so that the linker places them together."""
import http.client
import subprocess
import time

from harness import load, sidecar, watched

SECONDS = 20
PATHS = ("/health", "/ready", "/startup", "/checks", "/checks/c0", "/metrics", "/nowhere")
ACCEPT = ("*/*", "application/json", "text/plain", "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
          "application/openmetrics-text;version=1.0.0")
ABOUT = "# Executed while telltale serves; written by bench/run.sh --hot-functions (docs/decisions/017).\n"


def write(bench, file):
    marker = watched.markers(bench, 1)[0]
    server = sidecar.start(bench, sidecar.four_checks(bench), path="/ready")
    time.sleep(5)  # the start is over
    symbols = bench.folder / "symbols"
    with open(symbols, "wb") as out:
        subprocess.run(["nm", "--defined-only", str(bench.telltale)], stdout=out, check=True)
    observers = [observe(bench, symbols, pid) for pid in server.process.tree()]
    time.sleep(1)
    ask_everything(bench, server.port)
    words = marker.read_bytes()
    marker.unlink()  # a check fails, and passes again
    time.sleep(SECONDS / 2)
    marker.write_bytes(words)
    names = set()
    for observer in observers:
        names.update(observer.communicate()[0].split())
        if observer.returncode != 0:
            raise RuntimeError("bench_executed_functions failed")
    if load.body(server.port, "/health") is None:
        raise RuntimeError("telltale did not survive it")
    file.write_text(ABOUT + "".join(f"{name}\n" for name in sorted(names)))
    bench.say(f"{len(names)} functions")


def observe(bench, symbols, pid):
    return subprocess.Popen([bench.tool("bench_executed_functions"), str(pid), str(SECONDS)], stdin=open(symbols, "rb"),
                            stdout=subprocess.PIPE, text=True)


def ask_everything(bench, port):
    for path in PATHS:
        for accept in ACCEPT:
            for method, encoding in (("GET", "identity"), ("GET", "gzip"), ("HEAD", "identity")):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                connection.request(method, path, headers={"Accept": accept, "Accept-Encoding": encoding})
                connection.getresponse().read()
                connection.close()
    for fresh in (False, True):
        load.run(bench, port, "/health", 500, fresh=fresh)
        load.run(bench, port, "/metrics", 50, fresh=fresh)
