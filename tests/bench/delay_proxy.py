#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""delay_proxy.py BACKEND_PORT RTT_MS [PORT]: a loopback TCP proxy that behaves like a link with a round
trip time. Prints its port. Each direction delivers RTT/2 late; the first bytes of a connection wait
one RTT more, for the handshake that a real link would need."""
import asyncio
import sys

BACKEND, RTT = int(sys.argv[1]), float(sys.argv[2]) / 1000


async def pump(reader, writer, first_extra):
    loop = asyncio.get_running_loop()
    extra, last = first_extra, 0.0
    while True:
        data = await reader.read(65536)
        # bytes keep their order: nothing is due before what was read earlier
        last = max(last, loop.time() + RTT / 2 + extra)
        extra = 0
        if not data:
            loop.call_at(last, close, writer)
            return
        loop.call_at(last, deliver, writer, data)


def deliver(writer, data):
    if not writer.is_closing():
        writer.write(data)


def close(writer):
    if not writer.is_closing():
        writer.close()


async def serve(reader, writer):
    back_reader, back_writer = await asyncio.open_connection("127.0.0.1", BACKEND)
    results = await asyncio.gather(pump(reader, back_writer, RTT), pump(back_reader, writer, 0),
                                   return_exceptions=True)
    del results


async def main():
    port = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    server = await asyncio.start_server(serve, "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
