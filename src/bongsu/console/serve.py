"""Serves a page, on loopback unless TLS is configured. The socket is bound first, so that a busy port is known at once and named in one line."""

import errno
import socket
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from bongsu.base.errors import BadInput, Busy
from bongsu.console.api.stream import Streams

LOOPBACK = "127.0.0.1"
STOP_S = 1
"""What is still open this long after the server was asked to stop is cut."""


def bind(port: int, host: str = LOOPBACK) -> socket.socket:
    """A listening socket on loopback, or where the settings say so with TLS; port 0 takes a free one (`getsockname()[1]`). Raises `Busy`."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(128)
    except OSError as error:
        bound.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise Busy(f"port {port} is taken or not allowed", "choose another, or 0 for a free one") from None
        if error.errno == errno.EADDRNOTAVAIL:
            raise BadInput("not an address of this machine", "check `console_host`", host) from None
        raise
    return bound


class PageServer(uvicorn.Server):
    """A server that ends the pages' streams before it waits for connections to close: they never end by themselves."""

    def __init__(self, app: Starlette, certificate: Path | None = None, key: Path | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="on",
                ws="none",
                timeout_graceful_shutdown=STOP_S,
                server_header=False,
                ssl_certfile=certificate,
                ssl_keyfile=key,
            )
        )
        self._streams: Streams | None = getattr(app.state, "streams", None)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop within STOP_S."""
        if self._streams is not None:
            self._streams.close()
        await super().shutdown(sockets)


def server(app: Starlette, certificate: Path | None = None, key: Path | None = None) -> PageServer:
    """A server for `await server(app).serve(sockets=[bind(port)])`; set its `should_exit` to stop it."""
    return PageServer(app, certificate, key)
