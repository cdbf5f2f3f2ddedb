"""Commands up: checked here for form and for coming from our own page, decided by the desk alone.

The person is the session's, whatever the page says; only a drill's console lets the player be named. Safe against forgery by other sites: a
custom header (which no foreign form or simple request can carry), a JSON content
type, an `Origin` that is our own, and no cross-site `Sec-Fetch-Site`.
"""

import asyncio
from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse

from bongsu.base.limits import COMMAND_ANSWER_S, COMMAND_BYTES
from bongsu.console.api.access import Doorman
from bongsu.console.ports import CommandPort
from bongsu.model.command import Approved, Command
from bongsu.model.refusal import Refusal

HEADER = "X-Bongsu-Console"
Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
PersonName = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
About = Annotated[str, msgspec.Meta(max_length=64)]
Argument = Annotated[str, msgspec.Meta(max_length=512)]


class CommandRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a page may ask; which kinds there are, the desk knows. `command` is the page's own id of it, so that a repeated one is known again."""

    command: Name
    kind: Name
    actor: PersonName
    role: Name
    about: About = ""
    version: Annotated[int, msgspec.Meta(ge=0)] = 0
    arguments: Annotated[dict[Name, Argument], msgspec.Meta(max_length=8)] = {}


def refused(status_code: int, reason: str, text: str = "", requirement: str = "") -> JSONResponse:
    """A refusal for a page: `reason` is a key into its catalogue."""
    content = {"outcome": "refused", "reason": reason, "text": text, "requirement": requirement}
    return JSONResponse(content, status_code=status_code)


def fault_of(request: Request) -> JSONResponse | None:
    """Why the request does not come from our own page; None when it does."""
    headers = request.headers
    own = f"{request.url.scheme}://{headers.get('host', '')}"
    if HEADER not in headers or headers.get("origin", own) != own or headers.get("sec-fetch-site", "same-origin") not in (
        "same-origin",
        "none",
    ):  # fmt: skip
        return refused(403, "not_from_this_page")
    if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return refused(415, "not_json")
    return None


async def read(request: Request) -> bytes | None:
    """The body, or None where it is longer than a command may be."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > COMMAND_BYTES:
            return None
    return body


class Commands:
    """The route `POST /api/commands`."""

    def __init__(self, port: CommandPort, console: str, doorman: Doorman) -> None:
        self._port = port
        self._doorman = doorman
        self._console = console

    async def post(self, request: Request) -> JSONResponse:
        """Check, enter, and answer with what the desk made of it."""
        if (fault := fault_of(request)) is not None:
            return fault
        person = self._doorman.person(request.cookies, acts=True)
        if person is None:
            return refused(401, "log_in")
        body = await read(request)
        if body is None:
            return refused(413, "too_large")
        try:
            asked = msgspec.json.decode(body, type=CommandRequest)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return refused(400, "malformed", str(error))
        if not person.free_name and asked.role not in person.roles:
            self._port.note(Refusal(door="desk", reason="not_your_role", source=person.name, requirement=asked.command))
            return refused(403, "not_your_role")
        command = Command(
            command=asked.command,
            kind=asked.kind,
            actor=asked.actor if person.free_name else person.name,
            role=asked.role,
            about=asked.about,
            version=asked.version,
            arguments=asked.arguments,
            console=self._console,
        )
        try:
            outcome = await asyncio.wait_for(self._port.submit(command), COMMAND_ANSWER_S)
        except TimeoutError:
            return refused(504, "no_answer")
        if isinstance(outcome, Approved):
            return JSONResponse({"outcome": "approved", "command": command.command})
        return refused(409, outcome.reason, outcome.text, outcome.requirement)
