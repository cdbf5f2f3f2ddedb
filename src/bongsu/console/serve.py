"""Serves a page on loopback. The socket is bound first, so that a busy port is known at once and named in one line."""

import errno
import socket

import uvicorn
from starlette.types import ASGIApp

from bongsu.base.errors import Busy

LOOPBACK = "127.0.0.1"
STOP_S = 1
"""Open streams never end by themselves: they are cut this long after the server was asked to stop."""


def bind(port: int) -> socket.socket:
    """A listening socket on loopback; port 0 takes a free one (`getsockname()[1]`). Raises `Busy`."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((LOOPBACK, port))
        bound.listen(128)
    except OSError as error:
        bound.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise Busy(f"port {port} is taken or not allowed", "choose another, or 0 for a free one") from None
        raise
    return bound


def server(app: ASGIApp) -> uvicorn.Server:
    """A server for `await server(app).serve(sockets=[bind(port)])`; set its `should_exit` to stop it."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=STOP_S,
            server_header=False,
        )
    )
