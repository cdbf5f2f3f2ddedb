"""Log-in through a provider: a real one on this machine, a real browser; and what a forged, late or stale word comes to."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bongsu.adapters.oidc import OidcProvider, OidcSettings
from bongsu.adapters.secret_files import write_secret
from bongsu.console.api.access import COOKIE
from bongsu.console.app import Doors, create
from tests.console.conftest import Watched, until
from tests.console.node import Node, Served, served
from tests.console.test_login import People

with pytest.warns(DeprecationWarning, match="authlib"):  # the provider of the tests uses a part of Authlib that will go
    from oidc_provider_mock import User, run_server_in_thread

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("browser")]

CLIENT = "bongsu-kr"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    users = [User(sub=f"id-of-{name}", claims={"preferred_username": name}) for name in ("kim", "stranger")]
    with run_server_in_thread(user_claims=users, require_nonce=True) as server:
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def provider(issuer: str, tmp_path: Path) -> OidcProvider:
    secret = tmp_path / "oidc-secret"
    write_secret(secret, b"what we share with the provider\n")
    return OidcProvider(OidcSettings(issuer=issuer, client=CLIENT, secret=secret))


@pytest.fixture
def console(node: Node, provider: OidcProvider) -> Iterator[Served]:
    with served(create(node.feed, node.desk, "kr-1", Doors(People(), provider=provider))) as serving:
        yield serving


def through(watched: Watched, console: Served, name: str) -> Any:
    """The way of a person through the provider's own page."""
    page = watched.page
    # The test provider's own page asks for a style sheet elsewhere.
    page.route("**/*", lambda route: route.continue_() if "127.0.0.1" in route.request.url else route.abort())
    page.goto(console.address)
    until(page, "!document.getElementById('login-provider').hidden")
    page.click("#login-provider")
    until(page, f"location.port !== '{console.port}' && document.querySelector('form')")
    page.click(f"button[value='id-of-{name}']")
    until(page, f"location.port === '{console.port}'")
    return page


def test_a_person_logs_in_through_the_provider(watched: Watched, node: Node, console: Served) -> None:
    page = through(watched, console, "kim")
    until(page, "document.getElementById('person')?.textContent === 'kim'")
    assert [(one.kind, one.actor, one.role) for one in node.desk.of("log_in")] == [("log_in", "kim", "watch")]
    (cookie,) = [one for one in page.context.cookies() if one["name"] == COOKIE]
    assert cookie["sameSite"] == "Strict" and cookie["httpOnly"]
    page.click("#log-out")
    until(page, "document.getElementById('login')?.hidden === false")


def test_whoever_has_no_account_here_stays_outside(watched: Watched, node: Node, console: Served) -> None:
    page = through(watched, console, "stranger")
    until(page, "document.getElementById('login-outcome')?.textContent.includes('no account here')")
    assert "login=" not in page.url
    assert [(one.source, one.reason) for one in node.desk.noted] == [("stranger", "no_account")]
    assert node.desk.of("log_in") == []


def test_a_way_back_that_this_browser_did_not_begin_opens_nothing(console: Served, node: Node) -> None:
    with httpx.Client(base_url=console.address) as victim, httpx.Client(base_url=console.address) as forger:
        begun = forger.get("/api/oidc/begin")
        assert begun.status_code == 303
        state = httpx.URL(begun.headers["location"]).params["state"]
        forged = victim.get("/api/oidc/back", params={"state": state, "code": "x"})
        assert forged.headers["location"] == "/?login=not_from_this_page"
        refused = forger.get("/api/oidc/back", params={"state": state, "code": "not-a-code"})
        assert refused.headers["location"] == "/?login=provider_refuses"
        again = forger.get("/api/oidc/back", params={"state": state, "code": "not-a-code"})
        assert again.headers["location"] == "/?login=login_too_late", "each is good once"
    assert node.desk.of("log_in") == []
