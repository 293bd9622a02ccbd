#!/usr/bin/python3
"""A small application for trying telltale: it writes a SQLite WAL database all the time, serves a WebSocket, and needs a
few seconds to "load a model" before it writes a marker file.

    demo_app.py [run] [--data DIR] [--host ADDRESS] [--port N] [--load-seconds S]
    demo_app.py break  writer|database|marker|disk|websocket [--data DIR]
    demo_app.py repair writer|database|marker|disk|websocket|all [--data DIR]

The data directory contains app.db (with -wal and -shm), model.loaded, broken/ (the active faults) and ballast (fills the
disk). Needs Debian's python3 and python3-websockets.
"""
import argparse
import asyncio
import http
import json
import os
import pathlib
import signal
import sqlite3
import sys
import threading
import time

try:
    import websockets
except ImportError:
    sys.exit("demo_app: the module websockets is missing (apt-get install python3-websockets, then /usr/bin/python3)")

FAULTS = ("writer", "database", "marker", "disk", "websocket")
BALLAST_BYTES = 64 * 1024 * 1024  # the size_limit of telltale.yaml beside this file


def say(who, what):
    print(f"{time.strftime('%H:%M:%S')} {who}: {what}", flush=True)


class Writer(threading.Thread):
    """Ten short transactions a second, and the oldest rows deleted, so that the database stays small."""

    def __init__(self, path):
        super().__init__(name="writer", daemon=True)
        self.path = path
        self.stopping = threading.Event()
        self.paused = False
        self.rows = 0

    def run(self):
        database = sqlite3.connect(self.path, timeout=0.5, isolation_level=None)
        trouble = None
        prepared = False
        while not self.stopping.wait(0.1):
            if self.paused:
                continue
            try:
                if not prepared:
                    database.execute("PRAGMA journal_mode=WAL")
                    database.execute("PRAGMA synchronous=NORMAL")
                    database.execute("CREATE TABLE IF NOT EXISTS event (id INTEGER PRIMARY KEY, at REAL, text TEXT)")
                    prepared = True
                self.write(database)
                if trouble:
                    say("writer", "writing again")
                trouble = None
            except sqlite3.Error as error:
                if str(error) != trouble:
                    say("writer", f"cannot write: {error}")
                trouble = str(error)
        database.close()

    def write(self, database):
        database.execute("BEGIN IMMEDIATE")
        try:
            number = database.execute("INSERT INTO event (at, text) VALUES (?, ?)", (time.time(), "x" * 200)).lastrowid
            database.execute("DELETE FROM event WHERE id <= ?", (number - 1000,))
            database.execute("COMMIT")
            self.rows += 1
        except sqlite3.Error:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise


class Model:
    """Simulates loading and writes the progress to its marker; each version replaces the previous one atomically."""

    def __init__(self, data, seconds):
        self.marker = data / "model.loaded"
        self.seconds = seconds
        self.marker.unlink(missing_ok=True)  # of an earlier run

    def write_marker(self, progress):
        content = {"name": "demo-model", "version": "1.0", "progress": progress, "pid": os.getpid()}
        new = self.marker.with_suffix(".new")
        new.write_text(json.dumps(content) + "\n")
        os.replace(new, self.marker)

    async def load(self):
        say("model", f"loading, takes {self.seconds:g} s")
        steps = 20
        for step in range(steps):
            self.write_marker(step / steps)
            await asyncio.sleep(self.seconds / steps)
        self.write_marker(1)
        say("model", f"loaded, marker {self.marker}")


class Endpoint:
    """Echoes messages at /ws, and sends the number of written rows to every client once a second."""

    def __init__(self, host, port, writer):
        self.host = host
        self.port = port
        self.writer = writer
        self.server = None

    async def start(self):
        self.server = await websockets.serve(self.serve, self.host, self.port, process_request=self.only_ws)
        self.port = self.server.sockets[0].getsockname()[1]
        say("websocket", f"listening on ws://{self.host}:{self.port}/ws")

    async def stop(self):
        self.server.close()
        await self.server.wait_closed()
        self.server = None
        say("websocket", "stopped")

    async def only_ws(self, path, _headers):
        if path.split("?")[0] != "/ws":
            return http.HTTPStatus.NOT_FOUND, [], b"only /ws is here\n"
        return None

    async def serve(self, socket):
        updates = asyncio.create_task(self.update(socket))
        try:
            async for message in socket:
                await socket.send(message)
        except websockets.ConnectionClosed:
            pass
        finally:
            updates.cancel()

    async def update(self, socket):
        while True:
            await asyncio.sleep(1)
            await socket.send(json.dumps({"rows": self.writer.rows}))


class Faults:
    """Applies the faults: fault NAME is active while the file broken/NAME exists."""

    def __init__(self, data, writer, endpoint, model):
        self.data = data
        self.writer = writer
        self.endpoint = endpoint
        self.model = model
        self.lock = None
        self.loading = asyncio.create_task(model.load())
        self.active = set()
        clear_faults(data)

    async def watch(self):
        while True:
            wanted = {name for name in FAULTS if (self.data / "broken" / name).exists()}
            for name in sorted(wanted ^ self.active):
                broken = name in wanted
                try:
                    await getattr(self, "set_" + name)(broken)
                except (OSError, sqlite3.Error) as error:  # retried in the next round
                    say(name, f"not yet: {error}")
                    continue
                say(name, "broken on purpose" if broken else "repaired")
                self.active ^= {name}
            await asyncio.sleep(0.2)

    async def set_writer(self, broken):
        self.writer.paused = broken

    async def set_database(self, broken):
        if broken:
            self.lock = sqlite3.connect(self.data / "app.db", timeout=0.3, isolation_level=None)
            self.lock.execute("BEGIN IMMEDIATE")
        else:
            self.lock.close()  # rolls back

    async def set_marker(self, broken):
        self.loading.cancel()
        if broken:
            self.model.marker.unlink(missing_ok=True)
        else:
            self.loading = asyncio.create_task(self.model.load())

    async def set_disk(self, broken):
        ballast = self.data / "ballast"
        if not broken:
            ballast.unlink(missing_ok=True)
            return
        with open(ballast, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, BALLAST_BYTES)

    async def set_websocket(self, broken):
        await (self.endpoint.stop() if broken else self.endpoint.start())


def clear_faults(data):
    (data / "broken").mkdir(exist_ok=True)
    for name in FAULTS:
        (data / "broken" / name).unlink(missing_ok=True)
    (data / "ballast").unlink(missing_ok=True)


async def run(data, host, port, load_seconds):
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    say("app", f"data directory {data}")
    writer = Writer(data / "app.db")
    endpoint = Endpoint(host, port, writer)
    await endpoint.start()
    writer.start()
    faults = Faults(data, writer, endpoint, Model(data, load_seconds))
    watching = asyncio.create_task(faults.watch())
    ended = asyncio.create_task(stop.wait())
    await asyncio.wait({watching, ended}, return_when=asyncio.FIRST_COMPLETED)
    say("app", "stopping")
    watching.cancel()
    faults.loading.cancel()
    if endpoint.server:
        await endpoint.stop()
    writer.stopping.set()
    writer.join()
    faults.model.marker.unlink(missing_ok=True)
    clear_faults(data)
    if not stop.is_set():
        watching.result()  # ended by itself: shows why


def set_faults(data, names, broken):
    if not (data / "broken").is_dir():
        sys.exit(f"demo_app: no application has run in {data} (--data DIR, or DEMO_DATA)")
    for name in names:
        flag = data / "broken" / name
        flag.touch() if broken else flag.unlink(missing_ok=True)


def arguments():
    summary, _, rest = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(
        description=summary, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", nargs="?", default="run", choices=("run", "break", "repair"))
    parser.add_argument("faults", nargs="*", metavar="fault", help="what to break or repair: " + ", ".join(FAULTS))
    parser.add_argument("--data", type=pathlib.Path, default=os.environ.get("DEMO_DATA", "demo-data"),
                        help="data directory ($DEMO_DATA, else demo-data)")
    parser.add_argument("--host", default=os.environ.get("DEMO_HOST", "127.0.0.1"),
                        help="address of the WebSocket ($DEMO_HOST, else 127.0.0.1)")
    parser.add_argument("--port", type=int, default=int(os.environ.get("DEMO_PORT", "8765")),
                        help="of the WebSocket, 0 for any ($DEMO_PORT, else 8765)")
    parser.add_argument("--load-seconds", type=float, default=4, help="how long the model takes to load (4)")
    chosen = parser.parse_args()
    if chosen.command == "repair" and chosen.faults == ["all"]:
        chosen.faults = list(FAULTS)
    unknown = [name for name in chosen.faults if name not in FAULTS]
    if unknown or (chosen.command == "run") == bool(chosen.faults):
        parser.error("run takes no fault; break and repair take some of: " + ", ".join(FAULTS))
    return chosen


def main():
    chosen = arguments()
    if chosen.command != "run":
        return set_faults(chosen.data, chosen.faults, chosen.command == "break")
    try:
        chosen.data.mkdir(parents=True, exist_ok=True)
        asyncio.run(run(chosen.data.resolve(), chosen.host, chosen.port, chosen.load_seconds))
    except OSError as error:
        sys.exit(f"demo_app: {error}")
    return None


if __name__ == "__main__":
    main()
