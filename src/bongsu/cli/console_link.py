"""The way of a command line to a running node's console: the same doors as its page.

A console with accounts asks for a log-in. Name and password come from `BONGSU_CONSOLE_USER` and `BONGSU_CONSOLE_PASSWORD`, or from the person at the
terminal; one log-in serves a whole command and is ended with it. `BONGSU_CONSOLE_CERTIFICATE` names the certificate (PEM) that a TLS console is to show
where no authority of this machine has signed it.
"""

from __future__ import annotations

import atexit
import contextlib
import getpass
import json
import os
import secrets
import ssl
import sys
import urllib.error
import urllib.request
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from bongsu.base.errors import BadInput

_PATIENCE_S = 10.0
_ANSWER_BYTES = 33_554_432
_HEADERS = {"Content-Type": "application/json", "X-Bongsu-Console": "1"}
_cookies: dict[str, str] = {}
"""The session of each console that this command has logged in to."""


def picture(address: str) -> dict[str, Any]:
    """The pieces of the node's picture by name, such as `events/kr-E1`. Raises `BadInput` when no console answers there, or only to a log-in."""
    whole: dict[str, Any] = _answer(urllib.request.Request(_join(address, "/api/picture")), address)["set"]
    return whole


def command(
    address: str, kind: str, about: str, version: int, arguments: dict[str, str], actor: str, role: str
) -> dict[str, Any]:
    """Enter a command; gives the desk's answer (`outcome` approved or refused, `reason`, `text`)."""
    asked = {
        "command": f"cli-{secrets.token_hex(8)}",
        "kind": kind,
        "about": about,
        "version": version,
        "arguments": arguments,
        "actor": actor,
        "role": role,
    }
    request = urllib.request.Request(_join(address, "/api/commands"), json.dumps(asked).encode(), _HEADERS)
    return _answer(request, address)


def log_in(address: str, name: str, password: str) -> None:
    """Open a session for the rest of this process; it is ended with it. Raises `BadInput` when the console refuses."""
    body = json.dumps({"name": name, "password": password}).encode()
    with _open(urllib.request.Request(_join(address, "/api/login"), body, _HEADERS), address) as answer:
        told = json.loads(answer.read(_ANSWER_BYTES) or b"{}")
        cookie = (answer.headers.get("Set-Cookie") or "").partition(";")[0]
    if told.get("outcome") != "approved" or not cookie:
        reason = str(told.get("reason", "no session")).replace("_", " ")
        raise BadInput(f"the console refuses the log-in ({reason})", "check name and password", address)
    _cookies[_join(address, "")] = cookie
    atexit.register(_log_out, address)


def _log_out(address: str) -> None:
    request = urllib.request.Request(_join(address, "/api/logout"), b"{}", _HEADERS)
    with contextlib.suppress(BadInput):  # a node that is gone has no session to end
        _answer(request, address)
    _cookies.pop(_join(address, ""), None)


def _introduce(address: str) -> None:
    """Log in by what the environment or the person at the terminal says."""
    name, password = os.environ.get("BONGSU_CONSOLE_USER", ""), os.environ.get("BONGSU_CONSOLE_PASSWORD", "")
    if not (name and password) and not sys.stdin.isatty():
        remedy = "set BONGSU_CONSOLE_USER and BONGSU_CONSOLE_PASSWORD, or run it at a terminal, which is asked"
        raise BadInput("the console asks for a log-in", remedy, address)
    if not name:
        sys.stderr.write(f"Name at {address}: ")
        sys.stderr.flush()
        name = sys.stdin.readline().strip()
    log_in(address, name, password or getpass.getpass(f"Password of {name}: "))


def _join(address: str, path: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise BadInput("not a console's address", "give it like http://127.0.0.1:8460", address)
    return f"{parts.scheme}://{parts.netloc}{path}"


def _open(request: urllib.request.Request, address: str) -> Any:
    """The answer, whatever its status. No proxy: a picture goes nowhere else. Raises `BadInput` when nobody answers."""
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
    if certificate := os.environ.get("BONGSU_CONSOLE_CERTIFICATE"):
        handlers.append(urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=certificate)))
    try:
        return urllib.request.build_opener(*handlers).open(request, timeout=_PATIENCE_S)
    except urllib.error.HTTPError as error:
        return error
    except (OSError, ValueError) as error:
        raise BadInput(f"no console answers ({error})", "start the node, or give its address", address) from None


def _answer(request: urllib.request.Request, address: str, again: bool = True) -> dict[str, Any]:
    cookie = _cookies.get(_join(address, ""))
    if cookie is not None:
        request.add_header("Cookie", cookie)
    with _open(request, address) as answer:
        status, data = answer.status, answer.read(_ANSWER_BYTES)
    if status == HTTPStatus.UNAUTHORIZED and again:
        _introduce(address)
        return _answer(request, address, again=False)
    if status >= HTTPStatus.BAD_REQUEST and not data.startswith(b"{"):
        raise BadInput(f"the console says {status}", "see docs/reference/console.md", address)
    try:
        told: dict[str, Any] = json.loads(data)
    except ValueError:
        raise BadInput("what answers there is no console", "give the node's console address", address) from None
    return told
