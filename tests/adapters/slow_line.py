"""A TCP line between a nation's server and a hub that can be slow, lose packets, or be a black hole: open, and nothing passes.

What TCP makes of a lost packet: it is sent again when no acknowledgement came for a round trip and 0.2 s (the least that Linux waits), and all that
follows waits behind it. So a loss shows here as a delay of that much, of the chunk and of what comes after.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections import deque

from bongsu.adapters.servers import free_ports

CHUNK_BYTES = 65_536
AGAIN_S = 0.2
"""The least wait of TCP before it sends again, beyond a round trip."""


class Line:
    """One listening port that passes on to another. Set `hole`, `delay_s` or `lost` (a share of the chunks) at any time, from any thread."""

    def __init__(self, lines: Lines, to_port: int) -> None:
        self.hole = False
        self.delay_s = 0.0
        self.lost = 0.0
        self.lost_count = 0
        self._chance = random.Random(to_port)
        self.port = free_ports(1)[0]
        self.to_port = to_port
        lines.run(self._listen())

    async def _listen(self) -> None:
        await asyncio.start_server(self._join, "127.0.0.1", self.port)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.to_port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Chunks wait their delay side by side, not one after the other; those in a hole are gone."""
        loop = asyncio.get_running_loop()
        waiting: deque[tuple[float, bytes]] = deque()
        due_s = 0.0
        try:
            while chunk := await reader.read(CHUNK_BYTES):
                if self.hole:
                    continue
                if self.delay_s == self.lost == 0.0 and not waiting:
                    writer.write(chunk)
                    continue
                due_s = max(due_s, loop.time() + self.delay_s + self._stall_s())
                waiting.append((due_s, chunk))
                loop.call_at(due_s, self._let_out, waiting, writer)
        except OSError:
            pass
        finally:
            writer.close()

    def _stall_s(self) -> float:
        """How long this chunk waits until it has been sent again; nothing where it came through."""
        if self._chance.random() >= self.lost:
            return 0.0
        self.lost_count += 1
        return 2.0 * self.delay_s + AGAIN_S

    def _let_out(self, waiting: deque[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        _, chunk = waiting.popleft()
        if not self.hole and not writer.is_closing():
            writer.write(chunk)


class Lines:
    """Lines on a thread and loop of their own, so that they pass bytes while a test does not."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: object) -> None:
        """Run a coroutine there and wait for it."""
        asyncio.run_coroutine_threadsafe(work, self._loop).result(5.0)  # type: ignore[arg-type]

    def stop(self) -> None:
        """End the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5.0)
