"""A gateway in front of Odoo's workers: websockets go to the evented process, all else to HTTP.

    python tools/proxy.py PORT HTTP_PORT GEVENT_PORT SERVER_PID

With workers Odoo answers websockets on a port of its own, and a browser asks on the port of the
page. On a real server nginx does this (docs/scaling.md); here it is for this machine only. It ends
with the server, by whose process it was started. Two processes: one serves, the other starts it
again should it be killed.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
import time

HOST = "127.0.0.1"
HEAD_BYTES = 64 * 1024
WEBSOCKETS = (b"/websocket ", b"/websocket?", b"/websocket/")
# Whether the server is still there is looked at so often, in seconds.
LOOK = 0.2
# Before one that has ended is started again: it may end again, if somebody took its port.
PAUSE = 1


def is_websocket(head):
    """Whether a request, given by its head, is for the evented process."""
    _method, _space, target = head.partition(b" ")
    return target.startswith(WEBSOCKETS) and b"upgrade: websocket" in head.lower()


def one_request(head):
    """The head of a request after which the connection is closed: the next may go elsewhere."""
    first, *fields = head.split(b"\r\n")
    kept = [field for field in fields if not field.lower().startswith(b"connection:")]
    return b"\r\n".join([first, b"Connection: close", *kept])


async def pump(reader, writer):
    """Copy what comes until there is no more; whichever end goes away is no error."""
    with contextlib.suppress(ConnectionError, asyncio.CancelledError):
        while data := await reader.read(HEAD_BYTES):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError, RuntimeError):
        writer.write_eof()


async def serve_one(reader, writer, http_port, gevent_port):
    """One connection of a browser: one request, or one websocket."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        websocket = is_websocket(head)
        port = gevent_port if websocket else http_port
        behind_reader, behind_writer = await asyncio.open_connection(HOST, port)
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        writer.close()
        return
    behind_writer.write(head if websocket else one_request(head))
    asking = asyncio.create_task(pump(reader, behind_writer))
    await pump(behind_reader, writer)
    asking.cancel()
    for one in (behind_writer, writer):
        one.close()


def is_there(pid):
    """Whether a process runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def serve(port, http_port, gevent_port, server_pid, keeper_pid):
    """Serve until the server is gone, and who started this process for it."""

    async def connected(reader, writer):
        await serve_one(reader, writer, http_port, gevent_port)

    server = await asyncio.start_server(connected, HOST, port, limit=HEAD_BYTES)
    async with server:
        while os.getppid() == keeper_pid or is_there(server_pid):
            await asyncio.sleep(LOOK)


def keep(*arguments):
    """Keep a process that serves until the server, which started this one, is gone."""
    *_ports, server_pid = arguments
    command = [sys.executable, __file__, *map(str, (*arguments, os.getpid()))]
    serving = subprocess.Popen(command)
    try:
        while os.getppid() == server_pid:
            time.sleep(LOOK)
            if serving.poll() is not None:
                time.sleep(PAUSE)
                serving = subprocess.Popen(command)
    finally:
        serving.terminate()


def main(*arguments):
    """Serve, for who keeps this process (the fifth argument), or keep one that serves."""
    if len(arguments) == 5:
        asyncio.run(serve(*arguments))
    else:
        keep(*arguments)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(*map(int, sys.argv[1:]))
