"""Who is released to changes while servers run; and two hubs, of which either may die."""

from __future__ import annotations

import itertools
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bongsu.adapters.federation import membership
from bongsu.adapters.federation.bundle import unpack_bundle, write_bundle
from bongsu.adapters.federation.description import read_federation
from bongsu.adapters.federation.folder import rotate_certificates
from bongsu.adapters.federation.inspection import examine, inspect
from bongsu.adapters.federation.server_files import admin_user
from bongsu.adapters.federation.signing_keys import gather_keys, keys_of
from bongsu.base.errors import BadInput
from bongsu.model.message import Lane
from bongsu.model.mode import Mode
from tests.adapters.nats_world import NatsWorld, Servers
from tests.node.port_contract import Ends

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("nats")]


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    servers = Servers(tmp_path, (Mode.EXERCISE,))
    yield servers
    servers.stop()


@pytest.fixture
def world(servers: Servers) -> Iterator[NatsWorld]:
    world = NatsWorld(servers)
    yield world
    world.close()


def test_a_revocation_ends_pulls_that_already_wait_and_a_grant_brings_what_was_kept_once(
    world: NatsWorld, servers: Servers
) -> None:
    """A hostile partner holds pulls that never lapse: they get nothing of what is stored after the revocation."""
    ends = Ends(world)
    ends.offer("kr", "jp", "before")
    world.run_until(lambda: ends.texts("jp") == ["before"])
    hoard: list[Any] = []
    client = world.loop.run_until_complete(hold_endless_pulls(servers, hoard))

    lines = membership.revoke(servers.folder.root, "jp", ("kr",))
    assert any("prompt outbox in mode exercise is paused" in line for line in lines)
    ends.offer("kr", "jp", "in vain")
    refusal = "the own server refuses releases to jp"
    world.run_until(lambda: any(health.text == refusal for health in ends.health["kr"]))
    assert ends.texts("jp") == ["before"]
    assert hoard == []
    ends.offer("kr", "us", "to us")
    ends.offer("us", "jp", "us to jp")
    world.run_until(lambda: ends.texts("us") == ["to us"] and "us to jp" in ends.texts("jp"))
    assert hoard == []
    assert not any("federation.toml" in finding.fault for finding in examine(servers.folder.root))

    world.loop.run_until_complete(client.close())
    membership.grant(servers.folder.root, "jp", ("kr",))
    world.run_until(lambda: "in vain" in ends.texts("jp"))
    assert ends.texts("jp", claimed="kr") == ["before", "in vain"]


def test_who_has_left_gets_and_gives_nothing_more(world: NatsWorld, servers: Servers) -> None:
    """Announced with a date first; when it has come both lanes end, also pulls that already wait, and its keys."""
    root = servers.folder.root
    gather_keys(root)
    ends = Ends(world)
    ends.offer("kr", "jp", "before")
    ends.offer("jp", "kr", "of jp")
    world.run_until(lambda: ends.texts("jp") == ["before"] and ends.texts("kr") == ["of jp"])
    now_ns = time.time_ns()
    assert any("leaves on" in line for line in membership.leave(root, "jp", now_ns + 3_600 * 10**9, now_ns))
    ends.offer("kr", "jp", "still")
    world.run_until(lambda: ends.texts("jp") == ["before", "still"])
    assert not any("was to leave" in finding.fault for finding in examine(root))

    hoard: list[Any] = []
    client = world.loop.run_until_complete(hold_endless_pulls(servers, hoard))
    lines = membership.leave(root, "jp", now_ns, now_ns)
    for issuer, lane in itertools.product(("kr", "us"), Lane):
        assert any(f"{issuer}: jp's {lane} outbox in mode exercise is paused" in line for line in lines)
    assert {key.until_ns is not None for key in keys_of(root) if key.partner == "jp"} == {True}
    for issuer, lane in itertools.product(("kr", "us"), Lane):
        ends.offer(issuer, "jp", "in vain", lane, "s")
    ends.offer("jp", "kr", "to nobody")
    ends.offer("kr", "us", "to us")
    world.run_until(lambda: ends.texts("us") == ["to us"])
    refusal = "the own server refuses releases to jp"
    world.run_until(lambda: any(health.text == refusal for health in ends.health["kr"]))
    assert hoard == [] and ends.texts("jp") == ["before", "still"] and ends.texts("kr") == ["of jp"]
    assert not any("was to leave" in finding.fault for finding in examine(root))
    world.loop.run_until_complete(client.close())


def test_a_leave_that_was_forgotten_is_found(servers: Servers) -> None:
    now_ns = time.time_ns()
    membership.leave(servers.folder.root, "jp", now_ns + 10**9, now_ns)
    described = servers.folder.description.read_text().replace('leaves = "2', 'leaves = "1')
    servers.folder.description.write_text(described)
    found = [finding for finding in examine(servers.folder.root) if "was to leave" in finding.fault]
    assert len(found) == 1 and "federation leave" in found[0].remedy


async def hold_endless_pulls(servers: Servers, hoard: list[Any]) -> Any:
    client = await servers.client("jp", admin_user("jp", Mode.EXERCISE))
    inbox = client.new_inbox()

    async def keep(message: Any) -> None:
        if message.reply:
            hoard.append(message)

    await client.subscribe(inbox, cb=keep)
    for lane in ("PROMPT", "LATEST"):
        await client.publish(f"PULL.KR_E.JP_E.{lane}_JP", b'{"batch":1}', reply=inbox)
    await client.flush()
    return client


def test_status_and_doctor_say_what_is_so(world: NatsWorld, servers: Servers) -> None:
    root = servers.folder.root
    ends = Ends(world)
    world.run_until(lambda: all(ends.paths_up(node) for node in ends.got))
    assert examine(root) == []
    states = {state.name: state for state in inspect(servers.folder, servers.federation)}
    assert [link.up for link in states["kr"].links] == [True]
    assert [(outbox.recipient, outbox.lane.value) for outbox in states["kr"].outboxes] == [
        ("us", "prompt"),
        ("us", "latest"),
        ("jp", "prompt"),
        ("jp", "latest"),
    ]
    servers["hub"].kill()
    (root / "us" / "server.conf").write_text("# empty\n")
    (root / "jp" / "exercise.pem").unlink()
    world.run_until(lambda: any(health.state == "down" for health in ends.health["kr"] if health.part == "hub.hub"))
    told = {f"{Path(finding.place).name}: {finding.fault}" for finding in examine(root)}
    assert "server kr: no link to hub in mode exercise" in told
    assert "server.conf: not what federation.toml gives" in told
    assert "exercise.pem: no such certificate" in told
    assert any(line.startswith("server hub: no server reports at port") for line in told)
    assert all(finding.remedy for finding in examine(root))
    (root / "kr" / "exercise.key").chmod(0o644)
    assert any("others may read it (mode 0644)" in finding.fault for finding in examine(root))


def test_new_certificates_work_after_a_restart(servers: Servers) -> None:
    root = servers.folder.root
    before = (root / "jp" / "exercise.pem").read_bytes()
    rotate_certificates(root, "jp")
    assert (root / "jp" / "exercise.pem").read_bytes() != before
    servers["jp"].restart()
    world = NatsWorld(servers)
    ends = Ends(world)
    world.run_until(lambda: all(ends.paths_up(node) for node in ends.got))
    world.close()


def test_a_bundle_holds_one_partners_files_and_nothing_else(servers: Servers, tmp_path: Path) -> None:
    root = servers.folder.root
    names = write_bundle(root, "jp", tmp_path / "jp.bundle")
    assert {name.partition("/")[0] for name in names} == {"federation.toml", "jp"}
    assert unpack_bundle(tmp_path / "jp.bundle", tmp_path / "joined") == "jp"
    assert read_federation(tmp_path / "joined" / "federation.toml") == servers.federation
    for name in names:
        assert (tmp_path / "joined" / name).read_bytes() == (root / name).read_bytes()
    (tmp_path / "bad.bundle").write_bytes(b"nonsense")
    (tmp_path / "bad.bundle").chmod(0o600)
    with pytest.raises(BadInput, match="not a bundle"):
        unpack_bundle(tmp_path / "bad.bundle", tmp_path / "other")


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
def test_with_two_hubs_the_path_goes_on_when_either_dies(tmp_path: Path, fault: signal.Signals) -> None:
    servers = Servers(tmp_path, (Mode.EXERCISE,), hubs=2)
    world = NatsWorld(servers)
    try:
        ends = Ends(world)
        world.run_until(lambda: all(ends.paths_up(node) for node in ends.got))
        world.run_until(lambda: hubs_up(ends) == {"hub.hub1", "hub.hub2"})
        sent: list[str] = []
        for hub in ("hub1", "hub2"):
            servers[hub].signal(fault)
            for _ in range(100):
                sent.append(str(len(sent)))
                ends.offer("kr", "jp", sent[-1])
            world.run_until(lambda: set(ends.texts("jp")) == set(sent), 4.0)
            servers[hub].signal(signal.SIGCONT)
            if not servers[hub].running or fault is signal.SIGKILL:
                servers[hub].stop()
                servers[hub].start()
                servers[hub].wait_ready()
            world.run_until(lambda: hubs_up(ends) == {"hub.hub1", "hub.hub2"})
    finally:
        world.close()
        servers.stop()


def hubs_up(ends: Ends) -> set[str]:
    """Hubs that all three nations last called up."""
    up = []
    for node in ends.got:
        last = {health.part: health.state for health in ends.health[node] if health.part.startswith("hub.")}
        up.append({part for part, state in last.items() if state == "up"})
    return set.intersection(*up)


def test_a_partner_without_outboxes_can_be_revoked_all_the_same(servers: Servers) -> None:
    lines = membership.revoke(servers.folder.root, "us")
    assert not any("paused" in line for line in lines)
    described = read_federation(servers.folder.description)
    assert all("us" not in partner.releases_to for partner in described.partner)
