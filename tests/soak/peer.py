"""A WebSocket endpoint that can misbehave: peer.py PORT [TLS_PORT CERT KEY], controlled by standard input.

answer: handshake, pongs, echo, close. silent: nothing after the handshake. flood: endless texts. drop: a reset after
the handshake. Uses only the standard library; prints `ready`, and `done` after each command.
"""
import asyncio
import base64
import contextlib
import hashlib
import ssl
import struct
import sys

# RFC 6455: the GUID of section 1.3, the opcodes of section 5.2.
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
FLOOD = bytes([0x80 | TEXT, 126]) + struct.pack(">H", 1000) + b"x" * 1000
behaviour = "answer"


def frame(opcode, payload):
    if len(payload) < 126:
        return bytes([0x80 | opcode, len(payload)]) + payload
    return bytes([0x80 | opcode, 126]) + struct.pack(">H", len(payload)) + payload


async def read_frame(reader):
    first, length = await reader.readexactly(2)
    length &= 0x7F
    if length == 126:
        length, = struct.unpack(">H", await reader.readexactly(2))
    mask = await reader.readexactly(4)  # clients always mask
    payload = await reader.readexactly(length)
    return first & 0x0F, bytes(b ^ mask[i % 4] for i, b in enumerate(payload))


async def shake_hands(reader, writer):
    head = await reader.readuntil(b"\r\n\r\n")
    key = next(line.split(b":", 1)[1].strip() for line in head.split(b"\r\n")
               if line.lower().startswith(b"sec-websocket-key:"))
    accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
    writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
    await writer.drain()


async def converse(reader, writer):
    while True:
        opcode, payload = await read_frame(reader)
        if behaviour == "silent":
            continue
        writer.write(frame(PONG if opcode == PING else opcode, payload))
        await writer.drain()
        if opcode == CLOSE:
            return


async def serve(reader, writer):
    with contextlib.suppress(OSError, EOFError, ssl.SSLError, StopIteration, asyncio.LimitOverrunError):
        await shake_hands(reader, writer)
        if behaviour == "drop":
            writer.transport.abort()
            return
        while behaviour == "flood":
            writer.write(FLOOD)
            await writer.drain()
            await asyncio.sleep(0.001)  # enough for a flood without using the whole processor
        await converse(reader, writer)
    writer.close()


async def main():
    global behaviour
    servers = [await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]))]
    if len(sys.argv) > 2:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3], sys.argv[4])
        servers.append(await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[2]), ssl=context))
    print("ready", flush=True)
    words = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(words), sys.stdin)
    while word := (await words.readline()).decode().strip():
        behaviour = word
        print("done", flush=True)


asyncio.run(main())
