"""The way of a command line to a running node's console: the same two doors as its page, over loopback."""

from __future__ import annotations

import json
import secrets
import urllib.error
import urllib.request
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from bongsu.base.errors import BadInput

_PATIENCE_S = 10.0
_ANSWER_BYTES = 33_554_432


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
    headers = {"Content-Type": "application/json", "X-Bongsu-Console": "1"}
    request = urllib.request.Request(_join(address, "/api/commands"), json.dumps(asked).encode(), headers)
    return _answer(request, address)


def _join(address: str, path: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise BadInput("not a console's address", "give it like http://127.0.0.1:8460", address)
    return f"{parts.scheme}://{parts.netloc}{path}"


def _answer(request: urllib.request.Request, address: str) -> dict[str, Any]:
    # No proxy: a console answers on this machine, and its picture goes nowhere else.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=_PATIENCE_S) as answer:
            data = answer.read(_ANSWER_BYTES)
    except urllib.error.HTTPError as error:
        if error.code == HTTPStatus.UNAUTHORIZED:
            raise BadInput("the console asks for a log-in", "speak through its page in a browser", address) from None
        data = error.read(_ANSWER_BYTES)
        if not data.startswith(b"{"):
            raise BadInput(f"the console says {error.code}", "see docs/reference/console.md", address) from None
    except (OSError, ValueError) as error:
        raise BadInput(f"no console answers ({error})", "start the node, or give its address", address) from None
    try:
        told: dict[str, Any] = json.loads(data)
    except ValueError:
        raise BadInput("what answers there is no console", "give the node's console address", address) from None
    return told
