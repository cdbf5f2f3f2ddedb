"""A line that can be cut, or slow: bytes between a nation's server and the hub pass through here, where a scenario or control may do that.

It reads none of them.
"""

import asyncio
import contextlib
from collections import deque

_READ_BYTES = 65_536


class Relay:
    """Listens on `port` and passes each connection on to `to_port`, both on this machine. While cut, connections end as they come."""

    def __init__(self, port: int, to_port: int) -> None:
        self.port = port
        self._to_port = to_port
        self.delay_s = 0.0
        self._cut = False
        self._server: asyncio.Server | None = None
        self._passing: dict[asyncio.Task[None], None] = {}

    async def open(self) -> None:
        """Begin to pass on."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)

    def cut(self) -> None:
        """End what passes, and let nothing pass until `heal`."""
        self._cut = True
        for task in list(self._passing):
            task.cancel()

    def heal(self) -> None:
        """Let connections pass again."""
        self._cut = False

    async def close(self) -> None:
        """The end."""
        self.cut()
        if self._server is not None:
            self._server.close()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if self._cut:
            writer.close()
            return
        self._passing[task] = None
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await self._pass(reader, writer)
        self._passing.pop(task)
        writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._to_port)
        ways = [
            asyncio.create_task(self._copy(reader, there_writer)),
            asyncio.create_task(self._copy(there_reader, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            there_writer.close()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One way. Chunks of a slow line wait side by side, not one after the other, and never overtake each other."""
        loop = asyncio.get_running_loop()
        waiting: deque[tuple[float, bytes]] = deque()
        due_s = 0.0

        def let_out() -> None:
            while waiting and waiting[0][0] <= loop.time() and not writer.is_closing():
                writer.write(waiting.popleft()[1])

        while data := await reader.read(_READ_BYTES):
            if self.delay_s == 0.0 and not waiting:
                writer.write(data)
                await writer.drain()
                continue
            due_s = max(loop.time() + self.delay_s, due_s)
            waiting.append((due_s, data))
            loop.call_at(due_s, let_out)
