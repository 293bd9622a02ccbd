"""Targets of checks: marker files, databases that an application has open, a WebSocket, a web server."""
import subprocess
import sys

from harness import load, peers


def markers(bench, count=100):
    folder = bench.folder / "m"
    folder.mkdir(exist_ok=True)
    made = [folder / str(i) for i in range(count)]
    for file in made:
        file.write_text("loaded\n")
    return made


def databases(bench, count=20):
    """In WAL mode, with a reader and a log that is not empty, as in a running application."""
    folder = bench.folder / f"d{bench.port()}"
    folder.mkdir()
    words = [sys.executable, bench.peers / "database_app.py", folder, count]
    process = bench.start("database-app", words, beside=True)
    made = [folder / f"{i}.db" for i in range(count)]
    load.wait_until(lambda: all(path.with_name(path.name + "-shm").exists() for path in made), "the databases are open",
                    process)
    return made


def web_socket(bench):
    port = bench.port()
    process = bench.start("websocket", ["/usr/bin/python3", bench.peers / "websocket_app.py", port], beside=True)
    load.wait_until(lambda: "ready" in process.log.read_text(), "the WebSocket server listens", process)
    return f"ws://127.0.0.1:{port}/"


def web_server(bench):
    """The port of an nginx that keeps connections open, beside the client: at 127.0.0.1, and with TLS at 127.0.0.2."""
    key, certificate = bench.folder / "watched.key", bench.folder / "watched.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", certificate, "-days", "30", "-subj", "/CN=watched",
                    "-addext", "subjectAltName=IP:127.0.0.2"], check=True, capture_output=True)
    port = bench.port()
    command = ["nginx", "-p", bench.folder, "-e", "stderr", "-c", peers.filled(bench, "watched.conf", port)]
    load.wait_for(bench.start("watched", command, beside=True, cwd=bench.folder), port, "/health")
    return port
