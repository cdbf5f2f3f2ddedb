"""Who can reach what: with no help from our own release gate, the servers alone keep to the federation's description.

Each test tries what it must not be able to do, then does something allowed over the same path, as proof that answers would have come.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from bongsu.adapters.federation import membership
from bongsu.adapters.federation.access import read_access
from bongsu.adapters.federation.server_files import admin_user, national_user, node_user
from bongsu.adapters.nats import NatsNetwork
from bongsu.adapters.servers import check_file
from bongsu.base.errors import NotReady
from bongsu.model.message import Lane
from bongsu.model.mode import Mode
from bongsu.model.parcel import Parcel
from tests.adapters.nats_world import Servers
from tests.live.prober import CALLS, NO_WAIT, Prober, control, kr_says, prober

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("nats")]

PREFIXES = ("$JS.API", "$JS.kr.API")


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Servers whose KR has released one message on each lane to each partner, in both modes; nobody has pulled them."""
    servers = Servers(tmp_path_factory.mktemp("reach"))
    for mode in (Mode.REAL, Mode.EXERCISE):
        asyncio.run(release(servers, mode))
    yield servers
    servers.stop()


async def release(servers: Servers, mode: Mode) -> None:
    network = NatsNetwork(read_access(servers.folder.access("kr", mode)))
    await network.start()
    accepted: list[str] = []
    for recipient in ("us", "jp"):
        for lane in Lane:
            text = f"{mode.value} {lane.value} for {recipient} only"
            network.offer(parcel(text, recipient, lane), accepted.append)
    async with asyncio.timeout(5):
        while len(accepted) < 4:  # noqa: ASYNC110
            await asyncio.sleep(0.002)
    await network.close()


def parcel(text: str, recipient: str, lane: Lane) -> Parcel:
    return Parcel(message=text, issuer="kr", recipient=recipient, lane=lane, subject="s", envelope=text.encode())


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def test_a_partner_reaches_its_own_outbox_and_nothing_else(servers: Servers) -> None:
    async def work() -> None:
        before = await kr_says(servers)
        async with prober(servers, "jp", admin_user("jp", Mode.REAL)) as one:
            tried = [await one.ask(f"$JS.kr.API.{call}", b"{}") for call in CALLS]
            for pull in (
                "PULL.KR_R.US_R.PROMPT_US",
                "PULL.KR_R.US_R.LATEST_US",
                "PULL.KR_R.US_R.*",
                "PULL.KR_R.JP_R.PROMPT_US",
                "PULL.KR_R.JP_R.LATEST_US",
                "PULL.KR_E.JP_E.PROMPT_JP",
                "PULL.KR_E.JP_R.PROMPT_JP",
                "PULL.US_R.KR_R.PROMPT_KR",
            ):
                tried.append(await one.ask(pull, NO_WAIT))  # noqa: PERF401
            for word in (b"+ACK", b"+TERM", b"-NAK"):
                for stream, reader in (
                    ("PROMPT_US", "KR_R-US_R"),
                    ("LATEST_US", "KR_R-US_R"),
                    ("PROMPT_JP", "KR_E-JP_E"),
                ):
                    await one.client.publish(f"$JS.ACK.{stream}.{reader}.1.1.1.1.0", word)
            for forged in ("rel.JP.KR.prompt.m", "rel.US.KR.prompt.m", "exr.JP.KR.prompt.m"):
                await one.client.publish(forged, b"forged")
            await control(one)
            one.nobody_answered(tried)
        assert await kr_says(servers) == before
        assert "jp only" not in json.dumps(await kr_says(servers))

    run(work())


def test_a_partners_exercise_account_reaches_nothing_real(servers: Servers) -> None:
    async def work() -> None:
        before = await kr_says(servers)
        async with prober(servers, "jp", admin_user("jp", Mode.EXERCISE)) as one:
            tried = [await one.ask(f"$JS.kr.API.{call}", b"{}") for call in CALLS]
            for issuer, recipient in (("KR_R", "JP_R"), ("KR_R", "JP_E"), ("KR_E", "JP_R"), ("KR_R", "US_R")):
                for lane in ("PROMPT", "LATEST"):
                    stream = f"{lane}_{recipient[:2]}"
                    tried.append(await one.ask(f"PULL.{issuer}.{recipient}.{stream}", NO_WAIT))
            for word in (b"+ACK", b"+TERM", b"-NAK"):
                await one.client.publish("$JS.ACK.PROMPT_JP.KR_R-JP_R.1.1.1.1.0", word)
            for forged in ("rel.JP.KR.prompt.m", "rel.KR.JP.prompt.m"):
                await one.client.publish(forged, b"forged")
            await control(one, "KR_E", "JP_E")
            one.nobody_answered(tried)
        assert await kr_says(servers) == before

    run(work())


def test_who_listens_to_everything_hears_only_what_it_asked_for(servers: Servers) -> None:
    """While US pulls what was released to it, JP listens to every subject in both its modes, and KR's own national user too."""

    async def work() -> None:
        async with (
            prober(servers, "jp", admin_user("jp", Mode.REAL)) as real,
            prober(servers, "jp", admin_user("jp", Mode.EXERCISE)) as drilling,
            prober(servers, "kr", national_user("kr")) as national,
            prober(servers, "us", admin_user("us", Mode.REAL)) as us,
        ):
            heard: list[str] = []

            async def keep(message: Any) -> None:
                heard.append(f"{message.subject} {message.data!r}")

            for one in (real, drilling, national):
                await one.client.subscribe(">", cb=keep)
                await one.client.flush()
            number = await us.ask("PULL.KR_R.US_R.PROMPT_US", NO_WAIT)
            await us.until(lambda: any(b"for us only" in data for data, _ in us.answers[number]))
            await control(real)
            await control(drilling, "KR_E", "JP_E")
        assert any(one.startswith("PULL.KR_R.JP_R.") for one in heard), "it hears itself"
        assert not [one for one in heard if "us only" in one or "US_" in one or "national" in one]

    run(work())


@pytest.mark.parametrize(("name", "user"), [("kr", node_user("kr", Mode.REAL)), ("jp", admin_user("jp", Mode.REAL))])
def test_the_servers_own_calls_answer_nobody_of_a_release_account(servers: Servers, name: str, user: str) -> None:
    """But for one: who may call at all may ask its own server for the connections of its own account."""

    async def work() -> None:
        async with prober(servers, name, user) as one:
            calls = ("PING", "PING.VARZ", "PING.JSZ", "PING.ACCOUNTZ", "PING.LEAFZ", "PING.ROUTEZ")
            tried = [await one.ask(f"$SYS.REQ.SERVER.{call}", b"{}") for call in calls]
            tried += [await one.ask(f"$SYS.REQ.ACCOUNT.KR_NAT.{call}", b"{}") for call in ("CONNZ", "SUBSZ", "JSZ")]
            tried += [await one.ask(f"$SYS.REQ.CLAIMS.{call}", b"{}") for call in ("LIST", "UPDATE", "DELETE")]
            own = await one.ask("$SYS.REQ.SERVER.PING.CONNZ", b'{"auth":true}')
            await one.client.flush()
            if name == "jp":
                await control(one)
                told = [json.loads(data) for data, _ in one.answers[own]]
                assert {answer["server"]["name"] for answer in told} == {"jp"}
                assert {
                    connection["authorized_user"] for answer in told for connection in answer["data"]["connections"]
                } <= {user}
            else:
                await one.until(lambda: len(one.errors) == len(tried) + 1)
            one.nobody_answered(tried)

    run(work())


def test_with_our_gate_switched_off_the_servers_alone_keep_to_the_description(tmp_path: Path) -> None:
    """KR does not release to JP. A node of KR without any gate, and without any code of ours, tries to; JP tries to take."""
    servers = Servers(tmp_path, (Mode.EXERCISE,))
    try:
        membership.revoke(servers.folder.root, "jp", ("kr",))
        run(without_a_gate(servers))
    finally:
        servers.stop()


async def without_a_gate(servers: Servers) -> None:
    us = NatsNetwork(read_access(servers.folder.access("us", Mode.EXERCISE)))
    await us.start()
    await us.close()
    async with (
        prober(servers, "kr", node_user("kr", Mode.EXERCISE)) as node,
        prober(servers, "jp", admin_user("jp", Mode.EXERCISE)) as jp,
    ):
        await node.ask("$JS.API.STREAM.CREATE.PROMPT_US", stream_of("PROMPT_US", "exr.US.KR.prompt.>"))
        await node.until(lambda: bool(node.answers[0]))
        assert b'"error"' not in node.answers[0][0][0], "what the description has is allowed"
        stored = await node.ask("exr.US.KR.prompt.m", b"to us")
        await node.until(lambda: bool(node.answers[stored]))
        assert b'"seq":1' in node.answers[stored][0][0].replace(b" ", b"")
        tried = [
            await node.ask(subject, payload)
            for subject, payload in (
                ("exr.JP.KR.prompt.m", b"to jp"),
                ("exr.JP.KR.latest.path", b"to jp"),
                ("exr.US.JP.prompt.m", b"as if from jp"),
                ("$JS.API.STREAM.CREATE.PROMPT_JP", stream_of("PROMPT_JP", "exr.JP.KR.prompt.>")),
                ("$JS.API.STREAM.CREATE.OTHER", stream_of("OTHER", "exr.US.KR.prompt.>")),
                ("$JS.API.CONSUMER.CREATE.PROMPT_US.KR_E-JP_E", b"{}"),
            )
        ]
        await node.until(lambda: len(node.errors) == len(tried))
        assert all("permissions violation" in error.lower() for error in node.errors)
        node.nobody_answered(tried)
        pulls = [
            await jp.ask(f"PULL.KR_E.JP_E.{lane}_{to}", NO_WAIT) for lane in ("PROMPT", "LATEST") for to in ("JP", "US")
        ]
        await control(jp, "US_E", "JP_E")
        jp.nobody_answered(pulls)


def stream_of(name: str, subject: str) -> bytes:
    return json.dumps({"name": name, "subjects": [subject], "storage": "file"}).encode()


def test_a_pull_whose_answer_would_go_to_anothers_calls_moves_nothing(servers: Servers) -> None:
    """A confused deputy: the reply address of a pull is itself a pull or an acknowledgement."""

    async def work() -> None:
        before = await kr_says(servers)
        async with prober(servers, "jp", admin_user("jp", Mode.REAL)) as one:
            for reply in ("PULL.KR_R.US_R.PROMPT_US", "$JS.ACK.PROMPT_US.KR_R-US_R.1.1.1.1.0", "rel.US.KR.prompt.m"):
                content = b'{"batch":1,"no_wait":true,"max_bytes":1}'
                await one.client.publish("PULL.KR_R.JP_R.LATEST_JP", content, reply=reply)
            await control(one)
        after = await kr_says(servers)
        assert after["PROMPT_US"] == before["PROMPT_US"]
        assert after["LATEST_US"] == before["LATEST_US"]

    run(work())


@pytest.mark.parametrize(
    ("mode", "subject"),
    [
        (Mode.EXERCISE, "rel.JP.KR.prompt.m"),
        (Mode.EXERCISE, "PULL.JP_R.KR_R.PROMPT_KR"),
        (Mode.EXERCISE, "$JS.API.STREAM.CREATE.PROMPT_JP2"),
        (Mode.REAL, "exr.JP.KR.prompt.m"),
        (Mode.REAL, "rel.AU.KR.prompt.m"),
        (Mode.REAL, "rel.KR.JP.prompt.m"),
        (Mode.REAL, "$JS.API.STREAM.PURGE.PROMPT_JP"),
        (Mode.REAL, "$JS.API.STREAM.DELETE.PROMPT_JP"),
        (Mode.REAL, "$JS.API.STREAM.MSG.GET.PROMPT_JP"),
        (Mode.REAL, "$JS.API.CONSUMER.CREATE.PROMPT_US.KR_R-JP_R"),
        (Mode.REAL, "$JS.API.CONSUMER.MSG.NEXT.PROMPT_JP.KR_R-JP_R"),
        (Mode.REAL, "$JS.API.CONSUMER.PAUSE.PROMPT_JP.KR_R-JP_R"),
    ],
)
def test_a_node_is_refused_what_its_mode_and_its_partners_do_not_need(
    servers: Servers, mode: Mode, subject: str
) -> None:
    async def work() -> None:
        async with prober(servers, "kr", node_user("kr", mode)) as one:
            await one.ask(subject, b"{}")
            await one.until(lambda: bool(one.errors))
            assert f'permissions violation for publish to "{subject.lower()}"' in one.errors[0].lower()

    run(work())


def test_the_national_account_is_joined_to_nothing(servers: Servers) -> None:
    async def work() -> None:
        before = await kr_says(servers), await kr_says(servers, Mode.EXERCISE)
        async with prober(servers, "kr", national_user("kr")) as one:
            tried = [
                await one.ask(f"$JS.API.{call}", b"{}") for call in ("STREAM.INFO.PROMPT_US", "STREAM.PURGE.PROMPT_US")
            ]
            pulls = [await one.ask(f"PULL.KR_{mode}.JP_{mode}.PROMPT_JP", NO_WAIT) for mode in "RE"]
            for forged in ("rel.JP.KR.prompt.m", "exr.JP.KR.prompt.m"):
                await one.client.publish(forged, b"national secret")
            await one.until(lambda: all(one.answers[number] for number in tried))
            assert all(b"stream not found" in one.answers[number][0][0] for number in tried)
            one.nobody_answered(pulls)
        assert (await kr_says(servers), await kr_says(servers, Mode.EXERCISE)) == before

    run(work())


def test_a_wrong_user_is_not_let_in(servers: Servers) -> None:
    async def work() -> None:
        access = read_access(servers.folder.access("kr", Mode.EXERCISE))
        one = Prober()
        with pytest.raises(Exception, match=r"(?i)authorization"):
            await one.client.connect(
                f"nats://127.0.0.1:{access.client_port}",
                user=node_user("kr", Mode.REAL),
                password=access.password,
                allow_reconnect=False,
                error_cb=_quiet,
            )

    run(work())


async def _quiet(_: Exception) -> None: ...


def test_a_hub_file_that_gives_what_was_not_exported_does_not_load(servers: Servers) -> None:
    file = servers.folder.server("hub")
    text = file.read_text()
    for unexported in (
        "PULL.KR_R.US_R.*",
        "PULL.KR_R.*.*",
        "PULL.>",
        "PULL.KR_E.JP_E.*",
        "$JS.ACK.*.KR_R-US_R.>",
        "$JS.ACK.>",
        "$JS.API.>",
        "$JS.API.CONSUMER.MSG.NEXT.*.KR_R-JP_R",
        "$JS.kr.API.>",
        "rel.>",
    ):
        account = "KR_E" if "KR_E" in unexported else "KR_R"
        line = f'{{service: {{account: {account}, subject: "{unexported}"}}}}'
        marker = "  JP_R: {\n"
        rogue = file.with_name("rogue.conf")
        head, _, tail = text.partition(marker)
        rogue.write_text(head + marker + tail.replace("    imports: [\n", f"    imports: [\n      {line}\n", 1))
        with pytest.raises(NotReady, match="not authorized"):
            check_file(rogue)
        rogue.unlink()


def test_a_rogue_hub_cannot_list_purge_delete_forge_or_widen(servers: Servers) -> None:
    """Its operator gives itself users in the partners' accounts at the hub; it can only hinder what passes through it."""
    file = servers.folder.server("hub")
    honest = file.read_text()
    rogue = honest
    for account in ("KR_R", "JP_R", "KR_E"):
        rogue = rogue.replace(
            f"  {account}: {{\n", f'  {account}: {{\n    users: [{{user: "rogue-{account}", password: "x"}}]\n'
        )
    servers["hub"].stop()
    file.write_text(rogue)
    servers["hub"].restart()

    async def work() -> None:
        before = await kr_says(servers), await kr_says(servers, Mode.EXERCISE)
        for account in ("KR_R", "JP_R", "KR_E"):
            one = Prober()
            await one.connect(servers.federation.hub[0].client_port, f"rogue-{account}", "x")
            code = account[:2]
            recipient = {"KR_R": "US_R", "JP_R": "KR_R", "KR_E": "US_E"}[account]
            if code == "KR":
                await control(one, account, recipient)
            tried = [await one.ask(f"{prefix}.{call}", b"{}") for prefix in PREFIXES for call in CALLS]
            tried += [await one.ask(f"$JS.{code}.API.{call}", b"{}") for code in ("jp", "us") for call in CALLS]
            tried += [await one.ask(f"$SYS.REQ.SERVER.PING.{call}", b"{}") for call in ("VARZ", "JSZ", "ACCOUNTZ")]
            connections = await one.ask("$SYS.REQ.SERVER.PING.CONNZ", b'{"auth":true}')
            for forged in ("rel.JP.KR.prompt.m", "rel.US.KR.prompt.m", "exr.JP.KR.prompt.m", "rel.KR.JP.prompt.m"):
                await one.client.publish(forged, b"forged")
            if code == "KR":
                await control(one, account, recipient)
            one.nobody_answered(tried)
            assert not any(b"-admin" in data or b"-node" in data for data, _ in one.answers[connections])
            await one.client.close()
        async with prober(servers, "jp", admin_user("jp", Mode.REAL)) as honest_partner:
            await control(honest_partner)
        assert (await kr_says(servers), await kr_says(servers, Mode.EXERCISE)) == before

    try:
        run(work())
    finally:
        servers["hub"].stop()
        file.write_text(honest)
        servers["hub"].restart()


def test_a_real_link_with_the_exercise_certificate_reaches_nothing(servers: Servers) -> None:
    file = servers.folder.server("jp")
    honest = file.read_text()
    servers["jp"].stop()
    file.write_text(honest.replace("real.pem", "exercise.pem").replace("real.key", "exercise.key"))
    servers["jp"].restart()

    async def work() -> None:
        before = await kr_says(servers)
        async with prober(servers, "jp", admin_user("jp", Mode.REAL)) as one:
            tried = [
                await one.ask(f"PULL.KR_{mode}.JP_{mode}.{lane}_JP", NO_WAIT)
                for mode in "RE"
                for lane in ("PROMPT", "LATEST")
            ]
            async with prober(servers, "jp", admin_user("jp", Mode.EXERCISE)) as drilling:
                await control(drilling, "KR_E", "JP_E")
            await one.client.flush()
            one.nobody_answered(tried)
        assert await kr_says(servers) == before

    try:
        run(work())
    finally:
        servers["jp"].stop()
        file.write_text(honest)
        servers["jp"].restart()
