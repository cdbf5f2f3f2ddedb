"""The routes of a log-in through a provider: away to it, and back with its word.

What is under way is held here by its `state`, and bound to the browser that began it by a cookie, so that nobody can be logged in as somebody else by a
forged way back. The provider says who it is; roles are those of the account of that name. A failure comes back to the page as `?login=REASON`.
"""

from collections import OrderedDict
from collections.abc import Callable
from hmac import compare_digest
from typing import Any
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bongsu.base.errors import LoginFailed
from bongsu.base.limits_console import OIDC_PENDING_COUNT, OIDC_PENDING_S
from bongsu.console.ports import Accounts, Provider

COOKIE = "bongsu-oidc"
BACK = "/api/oidc/back"


class _Waiting(msgspec.Struct, frozen=True):
    pending: Any
    begun_s: float


class OidcLogin:
    """`admit` opens a session for a person with these roles and gives the answer that carries it; `note` records a refusal."""

    def __init__(
        self,
        provider: Provider,
        accounts: Accounts,
        admit: Callable[[str, tuple[str, ...], Response], Any],
        note: Callable[[str, str], None],
        clock: Callable[[], float],
        secure: bool,
    ) -> None:
        self._provider = provider
        self._accounts = accounts
        self._admit = admit
        self._note = note
        self._clock = clock
        self._secure = secure
        self._waiting: OrderedDict[str, _Waiting] = OrderedDict()

    def routes(self) -> list[Route]:
        """Away and back."""
        return [Route("/api/oidc/begin", self.begin), Route(BACK, self.back)]

    async def begin(self, request: Request) -> Response:
        """To the provider."""
        address = f"{request.url.scheme}://{request.headers['host']}{BACK}"
        try:
            pending = await self._provider.begin(address)
        except LoginFailed as error:
            return self._failed("", error.reason)
        self._waiting[pending.state] = _Waiting(pending, self._clock())
        while len(self._waiting) > OIDC_PENDING_COUNT:
            self._waiting.popitem(last=False)
        answer = RedirectResponse(pending.address, status_code=303)
        # Lax: the way back is a navigation that another site has begun.
        answer.set_cookie(
            COOKIE,
            pending.state,
            max_age=int(OIDC_PENDING_S),
            httponly=True,
            samesite="lax",
            secure=self._secure,
            path=BACK,
        )
        return answer

    async def back(self, request: Request) -> Response:
        """From the provider: each `state` is good once, for the browser that began it, for some minutes."""
        state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
        if not compare_digest(state.encode(), request.cookies.get(COOKIE, "").encode()):
            return self._failed("", "not_from_this_page")
        waiting = self._waiting.pop(state, None)
        if waiting is None or self._clock() - waiting.begun_s > OIDC_PENDING_S:
            return self._failed("", "login_too_late")
        if not code:
            return self._failed("", "provider_refuses")
        try:
            name = await self._provider.finish(waiting.pending, code)
        except LoginFailed as error:
            return self._failed("", error.reason)
        roles = self._accounts.roles(name)
        if not roles:
            return self._failed(name, "no_account")
        answer = RedirectResponse("/", status_code=303)
        await self._admit(name, roles, answer)
        answer.delete_cookie(COOKIE, path=BACK)
        return answer

    def _failed(self, name: str, reason: str) -> Response:
        self._note(name, reason)
        return RedirectResponse(f"/?login={quote(reason)}", status_code=303)
