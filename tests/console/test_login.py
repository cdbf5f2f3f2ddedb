"""Who may come in: sessions, their end, guessing held down, roles; a real browser logs in, is named in the record, and logs out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bongsu.base.limits import (
    LOGIN_FAILURES_COUNT,
    LOGIN_RATE_COUNT,
    LOGIN_WINDOW_S,
    SESSION_IDLE_S,
    SESSION_S,
    SESSIONS_COUNT,
)
from bongsu.console.api.access import COOKIE, Attempts, Sessions
from bongsu.console.app import Doors, create
from bongsu.model.alarm import AlarmState
from bongsu.model.command import Command
from tests.console.conftest import Watched, until
from tests.console.node import Node, served
from tests.views.items import alarm, assessment, event

ADDRESS = "http://127.0.0.1:8000"
OURS = {"X-Bongsu-Console": "1"}
GOOD = "four plain words here"


class People:
    """Accounts without the cost of a hash."""

    def __init__(self) -> None:
        self.known = {"kim": ("watch",), "lee": ("consult", "observe")}

    def roles(self, name: str) -> tuple[str, ...] | None:
        return self.known.get(name)

    def check(self, name: str, password: str) -> tuple[str, ...] | None:
        return self.known.get(name) if password == GOOD else None


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def ask(node: Node, *requests: tuple[str, str, dict[str, Any]], people: People | None = None) -> list[httpx.Response]:
    """Requests of one browser, which keeps its cookies."""

    async def all_of_them() -> list[httpx.Response]:
        app = create(node.feed, node.desk, "kr-1", Doors(people or People()))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS) as client:
            return [await client.request(method, path, **more) for method, path, more in requests]

    return asyncio.run(all_of_them())


def login(name: str = "kim", password: str = GOOD, **headers: str) -> tuple[str, str, dict[str, Any]]:
    return "POST", "/api/login", {"json": {"name": name, "password": password}, "headers": {**OURS, **headers}}


def command(role: str = "watch", actor: str = "somebody-else") -> tuple[str, str, dict[str, Any]]:
    body = {"command": "c-1", "kind": "acknowledge", "actor": actor, "role": role, "about": "E1", "version": 1}
    return "POST", "/api/commands", {"json": body, "headers": OURS}


def test_without_a_session_nothing_is_shown_or_done(node: Node) -> None:
    answers = ask(node, *(("GET", path, {}) for path in ("/api/picture", "/api/stream")), command())
    assert [answer.status_code for answer in answers] == [401] * 3
    assert {answer.json()["reason"] for answer in answers} == {"log_in"}
    assert node.desk.commands == []
    assert [answer.status_code for answer in ask(node, ("GET", "/", {}), ("GET", "/words/ko.json", {}))] == [200, 200]


def test_the_person_of_a_command_is_the_session_s_whatever_the_page_says(node: Node) -> None:
    entered, picture, done = ask(node, login(), ("GET", "/api/picture", {}), command())
    assert (entered.status_code, picture.status_code, done.status_code) == (200, 200, 200)
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    assert [(one.kind, one.actor, one.role) for one in node.desk.commands] == [
        ("log_in", "kim", "watch"),
        ("acknowledge", "kim", "watch"),
    ]


def test_a_role_that_the_account_does_not_have_is_refused_and_recorded(node: Node) -> None:
    *_, refused = ask(node, login(), command(role="admin"))
    assert (refused.status_code, refused.json()["reason"]) == (403, "not_your_role")
    assert [(one.source, one.reason) for one in node.desk.noted] == [("kim", "not_your_role")]
    assert node.desk.of("acknowledge") == []


def test_a_wrong_password_is_recorded_without_it_and_guessing_is_held_down(node: Node) -> None:
    tries = [login(password="wrong words altogether")] * (LOGIN_FAILURES_COUNT + 1)
    *answers, right, other = ask(node, *tries, login(), login("lee"))
    assert [answer.status_code for answer in answers] == [403] * LOGIN_FAILURES_COUNT + [429]
    assert right.status_code == 429, "even the right one waits"
    assert int(right.headers["retry-after"]) <= LOGIN_WINDOW_S + 1
    assert other.status_code == 200, "another person is not locked out"
    assert {one.source for one in node.desk.noted} == {"kim"}
    assert "wrong words" not in str(node.desk.noted)


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_site_can_neither_log_in_nor_out(node: Node, headers: dict[str, str]) -> None:
    out = ("POST", "/api/logout", {"json": {}, "headers": {**OURS, **headers}})
    foreign, entered, kept, still = ask(node, login(**headers), login(), out, ("GET", "/api/session", {}))
    assert (foreign.status_code, entered.status_code, kept.status_code, still.status_code) == (403, 200, 403, 200)
    assert still.json()["name"] == "kim"


def test_logging_out_ends_the_session_and_an_old_cookie_is_nothing(node: Node) -> None:
    out = ("POST", "/api/logout", {"json": {}, "headers": OURS})
    entered, gone, after = ask(node, login(), out, ("GET", "/api/picture", {}))
    assert (gone.status_code, after.status_code) == (200, 401)
    token = entered.cookies[COOKIE]
    (again,) = ask(node, ("GET", "/api/picture", {"headers": {"Cookie": f"{COOKIE}={token}"}}))
    assert again.status_code == 401


def test_sessions_end_when_idle_when_old_and_with_the_account() -> None:
    clock, people = Clock(), People()
    sessions = Sessions(people, clock)
    idle, busy, removed = sessions.begin("kim"), sessions.begin("kim"), sessions.begin("lee")
    del people.known["lee"]
    assert sessions.person(removed) is None
    begun_s = clock.now_s
    while clock.now_s - begun_s <= SESSION_S - SESSION_IDLE_S / 2:
        clock.now_s += SESSION_IDLE_S / 2
        assert sessions.person(busy, acts=True) is not None
        assert (sessions.person(idle) is None) == (clock.now_s - begun_s > SESSION_IDLE_S)
    clock.now_s += SESSION_IDLE_S / 2
    assert sessions.person(busy, acts=True) is None, "no session outlives a watch"


@given(st.text(max_size=80))
def test_no_guess_is_a_session(token: str) -> None:
    sessions = Sessions(People(), Clock())
    assert sessions.begin("kim") != token
    assert sessions.person(token) is None


def test_sessions_and_tries_are_bounded() -> None:
    clock = Clock()
    sessions, attempts = Sessions(People(), clock), Attempts(clock)
    tokens = []
    for _ in range(SESSIONS_COUNT + 1):
        clock.now_s += 0.001
        tokens.append(sessions.begin("kim"))
    assert sessions.person(tokens[0]) is None and sessions.person(tokens[1]) is not None
    for number in range(LOGIN_RATE_COUNT):
        assert attempts.wait_s(f"name-{number}") == 0.0
        attempts.note(f"name-{number}", good=False)
    assert attempts.wait_s("one-more") > 0.0
    clock.now_s += LOGIN_WINDOW_S + 1.0
    assert attempts.wait_s("one-more") == 0.0


@pytest.fixture
def address(node: Node) -> Iterator[str]:
    with served(create(node.feed, node.desk, "kr-1", Doors(People()))) as serving:
        yield serving.address


@pytest.mark.live
@pytest.mark.xdist_group("browser")
def test_a_person_logs_in_acts_under_the_own_name_and_logs_out(watched: Watched, node: Node, address: str) -> None:
    def answer(given_: Command) -> None:
        if given_.kind == "acknowledge":
            node.tell(alarm(AlarmState.ACTIVE_ACKNOWLEDGED, by=given_.actor))

    node.desk.on_command = answer
    node.tell(event(assessment("us")), alarm(AlarmState.ACTIVE_UNACKNOWLEDGED))
    page = watched.page
    page.goto(address)
    until(page, "document.activeElement?.id === 'login-name'")
    assert "E1" not in page.inner_text("body")
    page.keyboard.type("kim")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong words altogether")
    page.keyboard.press("Enter")
    until(page, "document.getElementById('login-outcome')?.textContent === 'name or password is wrong'")
    page.keyboard.type(GOOD)
    page.keyboard.press("Enter")
    until(page, "document.querySelector('.calling')")
    assert page.inner_text("#person") == "kim"
    assert not page.is_visible("#operator-name")
    assert (
        page.evaluate("[...document.getElementById('operator-role').options].map((one) => one.value).join()") == "watch"
    )
    page.keyboard.press("a")
    until(page, "!document.querySelector('.calling')")
    assert node.desk.of("acknowledge")[0].actor == "kim"
    page.click("#log-out")
    until(page, "document.activeElement?.id === 'login-name'")
    errors = [error for error in watched.errors if "403" not in error]
    assert (errors, watched.foreign) == ([], [])
