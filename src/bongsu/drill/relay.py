"""A line that can be cut: bytes between a nation's server and the hub pass through here, where a scenario cuts that line. It reads none of them."""

import asyncio
import contextlib

_READ_BYTES = 65_536


class Relay:
    """Listens on `port` and passes each connection on to `to_port`, both on this machine. While cut, connections end as they come."""

    def __init__(self, port: int, to_port: int) -> None:
        self.port = port
        self._to_port = to_port
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
        ways = [asyncio.create_task(_copy(reader, there_writer)), asyncio.create_task(_copy(there_reader, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            there_writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_READ_BYTES):
        writer.write(data)
        await writer.drain()
