"""The signal of a real event, from a live node to its own nation's exercise node: one datagram without content, on this machine.

One way: the sender's socket is never read, the listener's never written to. It says that something is up and nothing of what. Whoever can send on
this machine can raise it, so a false HOLD is possible and harmless: the exercise stands still until two persons lift it.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable

from bongsu.base.errors import Busy

SIGNAL = b"bongsu hold 1\n"
"""The whole datagram."""
_LOOPBACK = "127.0.0.1"


def send_hold(port: int) -> None:
    """Say it, to a port of this machine. Nobody may listen: that is none of the sender's business."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, contextlib.suppress(OSError):
        sender.sendto(SIGNAL, (_LOOPBACK, port))


class HoldListener(asyncio.DatagramProtocol):
    """Takes signals; anything else is no signal."""

    def __init__(self, heard: Callable[[], None], port: int) -> None:
        """Bind the port, 0 for a free one. Raises `Busy`."""
        self._heard = heard
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind((_LOOPBACK, port))
        except OSError:
            self._socket.close()
            raise Busy(f"port {port} is taken", "give another [hold] port", "hold") from None
        self._socket.setblocking(False)
        self._transport: asyncio.DatagramTransport | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._socket.getsockname()[1])

    async def open(self) -> None:
        """Begin to listen."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, sock=self._socket)

    def close(self) -> None:
        """The end."""
        (self._transport or self._socket).close()

    def datagram_received(self, data: bytes, _address: object) -> None:
        """A datagram."""
        if data == SIGNAL:
            self._heard()
