"""The routes of a session: who am I, log in, log out. What was tried is in the record, with the name and never the password."""

import asyncio
import secrets
from collections.abc import Callable
from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bongsu.base.limits import PASSWORD_CHARACTERS
from bongsu.console.api.access import COOKIE, Attempts, Doorman
from bongsu.console.api.commands import fault_of, read, refused
from bongsu.console.api.oidc import OidcLogin
from bongsu.console.ports import Accounts, CommandPort, Provider
from bongsu.model.command import Command
from bongsu.model.refusal import Refusal


class LoginRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Name and password as typed."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=PASSWORD_CHARACTERS)]


class Login:
    """The three routes of a console with accounts; without, the one that says who the drill's account is."""

    def __init__(
        self,
        doorman: Doorman,
        accounts: Accounts | None,
        port: CommandPort,
        console: str,
        clock: Callable[[], float],
        provider: Provider | None = None,
    ) -> None:
        self._doorman = doorman
        self._accounts = accounts
        self._port = port
        self._console = console
        self._attempts = Attempts(clock)
        self._one_at_a_time = asyncio.Lock()
        self._oidc = None
        if provider is not None and accounts is not None:
            self._oidc = OidcLogin(provider, accounts, self._admit, self._note, clock, doorman.secure)

    def routes(self) -> list[Route]:
        """Their routes."""
        return [
            Route("/api/session", self.session),
            Route("/api/login", self.login, methods=["POST"]),
            Route("/api/logout", self.logout, methods=["POST"]),
            *(self._oidc.routes() if self._oidc is not None else ()),
        ]

    async def session(self, request: Request) -> JSONResponse:
        """Who asks; `name` null where nobody is logged in: the page then shows its log-in."""
        person = self._doorman.person(request.cookies)
        if person is None:
            return JSONResponse({"name": None, "roles": [], "drill": False, "provider": self._oidc is not None})
        return JSONResponse({"name": person.name, "roles": list(person.roles), "drill": person.free_name})

    async def login(self, request: Request) -> JSONResponse:
        """Prove a password; the answer's cookie is the session."""
        if (fault := fault_of(request)) is not None:
            return fault
        body = await read(request)
        try:
            asked = msgspec.json.decode(body or b"", type=LoginRequest)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return refused(400, "malformed")
        if self._accounts is None or self._doorman.sessions is None:
            return refused(409, "no_accounts")
        async with (
            self._one_at_a_time
        ):  # a hash takes a core for tens of milliseconds: guessers wait in line, the node does not
            if (wait_s := self._attempts.wait_s(asked.name)) > 0:
                self._note(asked.name, "too_many_tries")
                return JSONResponse(
                    {"outcome": "refused", "reason": "too_many_tries"},
                    status_code=429,
                    headers={"Retry-After": str(int(wait_s) + 1)},
                )
            roles = await asyncio.to_thread(self._accounts.check, asked.name, asked.password)
            self._attempts.note(asked.name, roles is not None)
        if roles is None:
            self._note(asked.name, "wrong_password")
            return refused(403, "wrong_password")
        answer = JSONResponse({"outcome": "approved", "name": asked.name, "roles": list(roles)})
        await self._admit(asked.name, roles, answer)
        return answer

    async def _admit(self, name: str, roles: tuple[str, ...], answer: Response) -> None:
        """Record the log-in, and give the answer the cookie of a new session."""
        assert self._doorman.sessions is not None
        await self._port.submit(self._command("log_in", name, roles))
        token = self._doorman.sessions.begin(name)
        answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=self._doorman.secure, path="/")

    async def logout(self, request: Request) -> JSONResponse:
        """End the session."""
        if (fault := fault_of(request)) is not None:
            return fault
        person = self._doorman.person(request.cookies)
        if person is not None and self._doorman.sessions is not None:
            self._doorman.sessions.end(request.cookies.get(COOKIE))
            await self._port.submit(self._command("log_out", person.name, person.roles))
        answer = JSONResponse({"outcome": "approved"})
        answer.delete_cookie(COOKIE, path="/")
        return answer

    def _command(self, kind: str, name: str, roles: tuple[str, ...]) -> Command:
        return Command(
            command=f"{kind}-{secrets.token_hex(8)}",
            kind=kind,
            actor=name,
            role=roles[0],
            about="console",
            console=self._console,
        )

    def _note(self, name: str, reason: str) -> None:
        self._port.note(Refusal(door="desk", reason=reason, source=name[:64], text="log-in"))
