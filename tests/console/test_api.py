"""The routes without a browser: what they carry, what they refuse."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from bongsu.base.limits import COMMAND_BYTES
from bongsu.console.api import commands as commands_module
from bongsu.console.api.gate import POLICY, host_name
from bongsu.console.api.sections import Encoder, message
from bongsu.console.app import create
from bongsu.model.alarm import AlarmState
from bongsu.views.picture import Picture
from tests.console.node import Node
from tests.views.items import Teller, alarm, alert, assessment, calm, delivery, estimate, event, path

ADDRESS = "http://127.0.0.1:8000"
OURS = {"X-Bongsu-Console": "1"}


@pytest.fixture
def node() -> Node:
    made = Node(60)
    made.feed.push(calm(made.teller))
    return made


class Client:
    """Requests to the application itself, without a server."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    def request(self, method: str, path_: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url=ADDRESS) as client:
                return await client.request(method, path_, **more)

        return asyncio.run(ask())

    def get(self, path_: str, **more: Any) -> httpx.Response:
        return self.request("GET", path_, **more)

    def post(self, path_: str, **more: Any) -> httpx.Response:
        return self.request("POST", path_, **more)


@pytest.fixture
def client(node: Node) -> Client:
    return Client(create(node.feed, node.desk, "kr-1"))


def command(**changes: Any) -> dict[str, Any]:
    plain = {
        "command": "page-1",
        "kind": "acknowledge",
        "actor": "officer",
        "role": "watch",
        "about": "E1",
        "version": 2,
    }
    return {**plain, **changes}


@pytest.mark.parametrize(
    "path_", ["/", "/static/js/main.js", "/words/ko.json", "/api/picture", "/static/geo/areas.json"]
)
def test_every_answer_carries_the_strict_policy(client: Client, path_: str) -> None:
    answer = client.get(path_)
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "10.0.0.1", ""])
def test_a_foreign_host_reads_nothing(client: Client, host: str) -> None:
    for path_ in ("/", "/api/picture", "/words/en.json"):
        answer = client.get(path_, headers={"host": host})
        assert answer.status_code == 403
        assert answer.json() == {"reason": "foreign_host"}
        assert "content-security-policy" in answer.headers


def test_host_names() -> None:
    assert [host_name(host) for host in ("localhost:1", "[::1]:80", "127.0.0.1")] == ["localhost", "[::1]", "127.0.0.1"]


def test_the_picture_in_degrees_kilometres_and_text_times(client: Client, node: Node) -> None:
    node.tell(event(assessment("kr"), assessment("us", conclusion=estimate(500.0))), path(60))
    node.tell(alarm(AlarmState.ACTIVE_UNACKNOWLEDGED), delivery("jp", 1, received=62), alert(("JP-01", "impact")))
    whole = client.get("/api/picture").json()
    assert whole["whole"]
    pieces = whole["set"]
    assert pieces["node"]["mode"] == "exercise"
    assert pieces["node"]["situation"] == "warning"
    seen = pieces["events/E1"]
    impact = seen["assessments"][0]["estimate"]["impact"]
    assert impact == {
        "latitude_deg": 43.1,
        "longitude_deg": 136.6,
        "time": "2023-07-11T17:13:51.000Z",
        "sigma_time_s": 8.0,
        "semi_major_km": 80.0,
        "semi_minor_km": 28.0,
        "bearing_deg": 62.0,
    }
    assert {"field": "range_km", "values": {"kr": 1000.0, "us": 500.0}, "spread": 500.0} in seen["differences"]
    assert seen["alarm"]["state"] == "active_unacknowledged"
    assert seen["deliveries"][0]["received_version"] == 1
    assert seen["alert"]["areas"] == [
        {
            "area": "JP-01",
            "kind": "impact",
            "time": "2023-07-11T16:09:00.000Z",
            "rung": "alert",
            "probability": None,
        }
    ]
    assert pieces["paths/kr.kr-E1"]["points"] == [
        [pytest.approx(126.14, abs=0.01), pytest.approx(39.15, abs=0.01), pytest.approx(348, abs=1)]
    ]
    assert set(pieces["clock"]) == {"exercise", "link", "core_link", "speed", "paused"}


def test_a_message_holds_only_what_has_changed() -> None:
    teller, picture, encoder = Teller(), Picture(), Encoder()
    for item in [
        *calm(teller),
        teller.item(2, event(assessment("kr"), name="E1")),
        teller.item(3, event(assessment("us"), name="E2")),
    ]:
        picture.apply(item)
    before = encoder.sections(picture.view())
    picture.apply(teller.item(4, alarm(AlarmState.ACTIVE_UNACKNOWLEDGED, name="E2")))
    after = encoder.sections(picture.view())
    assert after["events/E1"] is before["events/E1"]
    decoded = json.loads(message(9, before, after))
    assert sorted(decoded["set"]) == ["events/E2", "lines"]
    assert (decoded["sequence"], decoded["whole"], decoded["gone"]) == (9, False, [])
    assert json.loads(message(9, after, {}))["gone"] == list(after)


def test_a_command_reaches_the_desk_with_what_the_person_saw(client: Client, node: Node) -> None:
    answer = client.post("/api/commands", json=command(arguments={"reason": "seen"}), headers=OURS)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "approved")
    (entered,) = node.desk.commands
    assert (entered.kind, entered.actor, entered.role, entered.about, entered.version) == (
        "acknowledge",
        "officer",
        "watch",
        "E1",
        2,
    )
    assert (entered.console, entered.scripted, entered.arguments) == ("kr-1", False, {"reason": "seen"})


def test_a_refusal_of_the_desk_comes_back_with_its_reason(client: Client) -> None:
    answer = client.post("/api/commands", json=command(role="observe"), headers=OURS)
    assert answer.status_code == 409
    assert (answer.json()["outcome"], answer.json()["reason"]) == ("refused", "not_allowed")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {**OURS, "Origin": "http://evil.example"},
        {**OURS, "Origin": "null"},
        {**OURS, "Origin": "http://127.0.0.1:9999"},
        {**OURS, "Sec-Fetch-Site": "cross-site"},
        {**OURS, "Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_command_of_another_page_never_reaches_the_desk(client: Client, node: Node, headers: dict[str, str]) -> None:
    answer = client.post("/api/commands", json=command(), headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (403, "not_from_this_page")
    assert node.desk.commands == []


def test_our_own_page_is_let_in(client: Client) -> None:
    headers = {**OURS, "Origin": ADDRESS, "Sec-Fetch-Site": "same-origin"}
    assert client.post("/api/commands", json=command(), headers=headers).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "no kind"},
        {"version": -1},
        {"version": "2"},
        {"command": "../1"},
        {"actor": ""},
        {"actor": "x" * 65},
        {"role": "a b"},
        {"arguments": {"reason": 3}},
        {"arguments": {f"k{number}": "" for number in range(9)}},
        {"scripted": True},
        {"console": "other"},
    ],
)
def test_a_malformed_command_never_reaches_the_desk(client: Client, node: Node, changes: dict[str, Any]) -> None:
    answer = client.post("/api/commands", json=command(**changes), headers=OURS)
    assert (answer.status_code, answer.json()["reason"]) == (400, "malformed")
    assert node.desk.commands == []


def test_not_json_and_too_large(client: Client, node: Node) -> None:
    form = client.post("/api/commands", data={"kind": "acknowledge"}, headers=OURS)
    assert (form.status_code, form.json()["reason"]) == (415, "not_json")
    long = client.post("/api/commands", json=command(arguments={"reason": "x" * COMMAND_BYTES}), headers=OURS)
    assert (long.status_code, long.json()["reason"]) == (413, "too_large")
    broken = client.post("/api/commands", content=b"{\xff", headers={**OURS, "Content-Type": "application/json"})
    assert (broken.status_code, broken.json()["reason"]) == (400, "malformed")
    assert node.desk.commands == []


def test_a_silent_desk_is_said_to_be_silent(client: Client, node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands_module, "COMMAND_ANSWER_S", 0.05)
    node.desk.silent = True
    answer = client.post("/api/commands", json=command(), headers=OURS)
    assert (answer.status_code, answer.json()["reason"]) == (504, "no_answer")


def test_an_unknown_language_and_file(client: Client) -> None:
    assert client.get("/words/xx.json").status_code == 404
    assert client.get("/static/%2e%2e/app.py").status_code == 404
