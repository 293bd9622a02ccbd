"""An endpoint that answers pings, from Debian's python3-websockets: websocket_app.py PORT, until it is ended."""
import asyncio
import logging
import sys

import websockets


async def listen(socket):
    async for _ in socket:
        pass


async def main():
    logging.getLogger("websockets").setLevel(logging.CRITICAL)
    async with websockets.serve(listen, "127.0.0.1", int(sys.argv[1]), compression=None, backlog=1024):
        print("ready", flush=True)
        await asyncio.Future()


asyncio.run(main())
