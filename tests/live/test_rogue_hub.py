"""A hub whose operator turns against the federation, in front of whole cores: it can hinder, which shows within two seconds; it cannot forge or confuse."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client

from bongsu.base import limits
from bongsu.model.freshness import Freshness, FreshnessState
from bongsu.model.message import Lane, Outgoing, Received
from bongsu.model.mode import Mode
from bongsu.model.parcel import Arrival, Parcel
from bongsu.model.refusal import Refusal
from bongsu.model.warning import Warning
from tests.adapters.nats_world import NatsWorld, Servers
from tests.core.harness import Node, at, estimate

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("nats")]

ROGUE_USER = '    users: [{user: "rogue", password: "x"}]\n'
BEAT_S = 0.1


class Ship:
    """A nation's core behind its end of the real network, on link time since the test began."""

    def __init__(self, code: str, world: NatsWorld, begun_s: float) -> None:
        self.node = Node(code)
        self._network = world.network(code)
        self._begun_s = begun_s
        self.states: list[tuple[float, str, FreshnessState]] = []
        self.faults: list[str] = []
        self._network.open(self._take, lambda health: self.faults.append(f"{health.part} {health.state} {health.text}"))

    def tick(self) -> None:
        """Heartbeats, receipts, requests to send again."""
        self._send(self.node.tick(self._now()))

    def warn(self) -> None:
        """A first warning."""
        self._send(self.node.say(self._now(), estimate(self._age_s())))

    def _age_s(self) -> float:
        return time.monotonic() - self._begun_s

    def _now(self) -> Any:
        return at(self._age_s())

    def _take(self, arrival: Arrival) -> None:
        received = Received(claimed=arrival.claimed, lane=arrival.lane, envelope=arrival.envelope)
        self._send(self.node.step(self._now(), received))
        arrival.stored()

    def _send(self, bodies: list[Any]) -> None:
        for body in bodies:
            if isinstance(body, Freshness) and body.kind == "partner":
                self.states.append((self._age_s(), body.source, body.state))
            if isinstance(body, Outgoing):
                parcel = Parcel(
                    message=body.message,
                    issuer=self.node.code,
                    recipient=body.recipient,
                    lane=body.lane,
                    subject=body.subject,
                    envelope=self.node.sealed(body),
                )
                self._network.offer(parcel, lambda _: None)

    def state_of(self, partner: str) -> FreshnessState | None:
        """How fresh it last was."""
        return next((state for _, source, state in reversed(self.states) if source == partner), None)

    def heard(self) -> list[Warning]:
        """Warnings of partners that this core believes in."""
        return [
            item.body
            for item in self.node.items
            if isinstance(item.body, Warning) and item.head.origin != self.node.code
        ]

    def refused(self) -> set[str]:
        """Reasons of what the link has refused."""
        return {item.body.reason for item in self.node.items if isinstance(item.body, Refusal)}


class Stage:
    """Three cores over real servers with one hub, whose file a test may change."""

    def __init__(self, root: Path) -> None:
        self.servers = Servers(root, (Mode.EXERCISE,))
        self.file = self.servers.folder.server("hub")
        self.honest = self.file.read_text()
        self.world = NatsWorld(self.servers)
        begun_s = time.monotonic()
        self.ships = {code: Ship(code, self.world, begun_s) for code in ("kr", "us", "jp")}

    def hub(self, text: str) -> None:
        """The hub again, with another file."""
        self.servers["hub"].stop()
        self.file.write_text(text)
        self.servers["hub"].restart()

    def until(self, condition: Callable[[], bool], within_s: float = 12.0) -> float:
        """Let all cores live until it holds; gives the seconds that it took."""
        begun_s, last_s = time.monotonic(), 0.0

        def lived() -> bool:
            nonlocal last_s
            if time.monotonic() - last_s >= BEAT_S:
                last_s = time.monotonic()
                for ship in self.ships.values():
                    ship.tick()
            return condition()

        self.world.run_until(lived, within_s)
        return time.monotonic() - begun_s

    def client(self, user: str = "rogue") -> Client:
        """The rogue operator's own client at the hub; `rogue` is in KR's account there."""

        async def connect() -> Client:
            client = Client()
            port = self.servers.federation.hub[0].client_port
            await client.connect(f"nats://127.0.0.1:{port}", user=user, password="x", error_cb=_quiet)
            return client

        return self.world.loop.run_until_complete(connect())

    def end(self, *clients: Client) -> None:
        """Close clients."""
        for client in clients:
            self.world.loop.run_until_complete(client.close())

    def close(self) -> None:
        """End all."""
        self.world.close()
        self.servers.stop()


async def _quiet(_: Exception) -> None: ...


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    stage.close()


def with_user(text: str) -> str:
    return text.replace("  KR_E: {\n", f"  KR_E: {{\n{ROGUE_USER}")


def swallowing(honest: str) -> str:
    """JP's pulls of the prompt lane end at the operator; those of the latest lane pass."""
    text = with_user(honest)
    text = text.replace(
        '{service: {account: KR_E, subject: "PULL.KR_E.JP_E.*"}}',
        '{service: {account: KR_E, subject: "PULL.KR_E.JP_E.LATEST_JP"}}\n'
        '      {service: {account: OPERATOR, subject: "PULL.KR_E.JP_E.PROMPT_JP"}}',
    )
    return text.replace(
        "accounts {\n",
        'accounts {\n  OPERATOR: { users: [{user: "operator", password: "x"}]\n'
        '    exports: [{service: "PULL.KR_E.JP_E.PROMPT_JP", response_type: stream, accounts: [JP_E]}] }\n',
    )


def test_a_warning_that_the_hub_swallows_is_missed_within_two_seconds_and_asked_for_again(stage: Stage) -> None:
    """It takes JP's prompt messages itself, acknowledges them at KR's server and tells JP that there is nothing; heartbeats it lets pass."""
    kr, jp = stage.ships["kr"], stage.ships["jp"]
    stage.hub(swallowing(stage.honest))
    client, operator, swallowed = stage.client("rogue"), stage.client("operator"), []

    async def swallow(message: Any) -> None:
        if message.reply:
            swallowed.append(bytes(message.data))
            await client.publish(message.reply, b"+ACK")

    async def nothing(message: Any) -> None:
        await operator.publish(message.reply, b"", headers={"Status": "404"})

    async def pull_for_ever() -> None:
        inbox = client.new_inbox()
        await client.subscribe(inbox, cb=swallow)
        await operator.subscribe("PULL.KR_E.JP_E.PROMPT_JP", cb=nothing)
        while True:
            await client.publish("PULL.KR_E.JP_E.PROMPT_JP", b'{"batch":9,"expires":100000000}', reply=inbox)
            await asyncio.sleep(0.1)

    pulling = stage.world.loop.create_task(pull_for_ever())
    stage.until(lambda: jp.state_of("kr") is FreshnessState.FRESH)
    kr.warn()
    stage.until(lambda: bool(swallowed))
    took_s = stage.until(lambda: jp.state_of("kr") is not FreshnessState.FRESH)
    assert took_s <= 2.0 * limits.FRESH_S, "FRESH_S on a machine that is not shared"
    assert jp.state_of("kr") is FreshnessState.CATCHING_UP
    assert jp.heard() == [] and stage.ships["us"].heard() != []
    assert json.loads(swallowed[0])["kind"] == "warning", "it can read what passes through it"

    pulling.cancel()
    stage.end(client, operator)
    stage.hub(stage.honest)
    stage.until(lambda: jp.heard() != [] and jp.state_of("kr") is FreshnessState.FRESH)
    assert [(one.warning, one.version) for one in jp.heard()] == [("kr-E1", 1)]


def forgeries(warning: bytes) -> Iterator[tuple[bytes, str]]:
    """What the operator may put in place of an honest answer: bytes, and where they ask to be acknowledged."""
    altered = re.sub(rb'("sequence": ?)1', rb"\g<1>7", warning)
    assert altered != warning
    acknowledgement = "$JS.ACK.PROMPT_JP.KR_E-JP_E.1.7.7.1"
    for data in (altered, warning.replace(b'"kr"', b'"us"'), b"{}", b""):
        yield data, f"{acknowledgement}.0"
    for reply in ("", "x", f"{acknowledgement}.many", f"{acknowledgement}.{'9' * 3000}"):
        yield warning, reply
    for reply in (
        "exr.KR.JP.prompt.m",
        "PULL.KR_E.JP_E.PROMPT_JP",
        "$JS.ACK.PROMPT_US.KR_E-US_E.1.1.1.1.0",
        "_INBOX.x",
    ):
        yield altered, reply


def test_what_the_hub_makes_up_reaches_no_core_and_brings_no_node_down(stage: Stage) -> None:
    """It answers JP's pulls itself, with altered, re-addressed and empty bytes and with addresses that are no acknowledgement's."""
    kr, jp = stage.ships["kr"], stage.ships["jp"]
    stage.hub(with_user(stage.honest))
    released = [one for one in kr.node.say(at(0.0), estimate(0.0)) if isinstance(one, Outgoing)]
    made = list(forgeries(next(kr.node.sealed(one) for one in released if one.recipient == "jp")))
    client, answered = stage.client(), []

    async def forge(message: Any) -> None:
        for data, reply in made:
            await client.publish(message.reply, data, reply=reply)
        answered.append(message.subject)

    stage.world.loop.run_until_complete(client.subscribe("PULL.KR_E.JP_E.*", cb=forge))
    before = outbox_to_kr(stage)
    stage.until(lambda: len(answered) >= 20)
    assert any("not of its outbox" in fault for fault in jp.faults), "it is shown"
    assert jp.refused() == set(), "nothing of it reaches the core"
    assert {(one.warning, one.version) for one in jp.heard()} <= {("kr-E1", 1)}, "what KR itself sends again at most"
    assert outbox_to_kr(stage) == before, "an acknowledgement never goes where the hub would have it"
    stage.end(client)
    stage.hub(stage.honest)
    stage.until(lambda: jp.state_of("kr") is FreshnessState.FRESH)


def outbox_to_kr(stage: Stage) -> int:
    """How many messages JP has put in its prompt outbox for KR: nothing else may ever lie there."""
    reader = stage.world.reader("jp", "kr", Lane.PROMPT)
    return int(reader["num_pending"] + reader["num_ack_pending"] + reader["ack_floor"]["stream_seq"])
