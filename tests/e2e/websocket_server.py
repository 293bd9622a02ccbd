"""A real WebSocket endpoint on a given port (python3-websockets): echoes, and prints `ready`.
usage: websocket_server.py PORT [CERT KEY]"""
import asyncio
import contextlib
import ssl
import sys

import websockets


async def echo(socket, *_):
    with contextlib.suppress(websockets.ConnectionClosed):  # a client may disconnect without a close frame
        async for message in socket:
            await socket.send(message)


async def main():
    context = None
    if len(sys.argv) > 2:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[3])
    async with websockets.serve(echo, "127.0.0.1", int(sys.argv[1]), ssl=context):
        print("ready", flush=True)
        await asyncio.Future()


asyncio.run(main())
