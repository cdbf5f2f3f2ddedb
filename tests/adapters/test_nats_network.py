"""The network over real servers: the port's promises, and what faults of servers do to it."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from bongsu.adapters.federation.access import read_access
from bongsu.adapters.nats import NatsNetwork
from bongsu.base.errors import NotReady
from bongsu.model.mode import Mode
from tests.adapters.nats_world import NatsWorld, Servers
from tests.node.port_contract import Ends, NetworkContract

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("nats")]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    servers = Servers(tmp_path_factory.mktemp("nats"))
    yield servers
    servers.stop()


@pytest.fixture(scope="module")
def shared_world(servers: Servers) -> Iterator[NatsWorld]:
    world = NatsWorld(servers)
    yield world
    world.close()


@pytest.fixture
def world(shared_world: NatsWorld) -> NatsWorld:
    """Servers run, paths are up. One world for all tests: pulls of an earlier one would wait for another second, and swallow messages."""
    shared_world.servers.mend()
    ends = Ends(shared_world)
    shared_world.run_until(lambda: all(ends.paths_up(node) for node in ends.got))
    return shared_world


class TestPort(NetworkContract):
    """The port's promises."""


def test_the_own_server_may_die_and_return_at_either_end(world: NatsWorld, servers: Servers) -> None:
    ends = Ends(world)
    texts = [str(number) for number in range(400)]
    for text in texts[:100]:
        ends.offer("kr", "jp", text)
    world.run_until(lambda: len(ends.texts("jp")) > 20)
    servers["kr"].kill()
    for text in texts[100:200]:
        ends.offer("kr", "jp", text)
    servers["kr"].restart()
    world.run_until(lambda: set(ends.texts("jp")) >= set(texts[:200]))
    servers["jp"].kill()
    for text in texts[200:]:
        ends.offer("kr", "jp", text)
    servers["jp"].restart()
    world.run_until(lambda: set(ends.texts("jp")) == set(texts))
    assert len(ends.accepted) == len(texts)
    states = [health.state for health in ends.health["kr"] if health.part == "broker"]
    assert states == ["up", "down", "up"]


def test_the_order_is_kept_in_the_outbox_whatever_the_own_server_lost(world: NatsWorld, servers: Servers) -> None:
    """The recipient's server is away, so that all lies in the outbox; the issuer's dies twice while it is filled."""
    ends = Ends(world)
    servers["jp"].kill()
    world.until_no_pull_waits("kr", "jp")
    texts = [str(number) for number in range(300)]
    for part in range(3):
        for text in texts[100 * part : 100 * part + 100]:
            ends.offer("kr", "jp", text)
        world.run_until(lambda part=part: len(ends.accepted) > 100 * part + 5)
        if part < 2:
            servers["kr"].kill()
            servers["kr"].restart()
    world.run_until(lambda: len(ends.accepted) == 300)
    servers["jp"].restart()
    world.run_until(lambda: set(ends.texts("jp")) == set(texts))
    assert list(dict.fromkeys(ends.texts("jp"))) == texts


def test_a_frozen_hub_is_noticed_and_nothing_is_lost(world: NatsWorld, servers: Servers) -> None:
    ends = Ends(world)
    world.run_until(lambda: any(health.part == "path.kr" and health.state == "up" for health in ends.health["jp"]))
    servers["hub"].signal(signal.SIGSTOP)
    world.run_until(
        lambda: any(health.part == "path.kr" and health.state == "down" for health in ends.health["jp"]), 3.0
    )
    for number in range(20):
        ends.offer("kr", "jp", str(number))
    world.run_until(lambda: len(ends.accepted) == 20)
    servers["hub"].signal(signal.SIGCONT)
    world.run_until(lambda: set(ends.texts("jp")) == {str(number) for number in range(20)})


def test_a_message_may_be_stored_on_another_thread(world: NatsWorld) -> None:
    ends = Ends(world)
    ends.stores = False
    for number in range(20):
        ends.offer("kr", "us", str(number))
    world.run_until(lambda: len(ends.texts("us")) == 20)
    worker = threading.Thread(target=lambda: [arrival.stored() for arrival in ends.got["us"]])
    worker.start()
    worker.join()
    ends.stores = True
    ends.offer("kr", "us", "last")
    world.run_until(lambda: "last" in ends.texts("us"))
    deadline_s = time.monotonic() + 3.0
    while world.reader("kr", "us")["num_ack_pending"]:
        assert time.monotonic() < deadline_s


def test_a_server_that_confirms_too_early_is_refused_at_the_start(tmp_path_factory: pytest.TempPathFactory) -> None:
    servers = Servers(tmp_path_factory.mktemp("early"))
    try:
        file = servers["kr"].file
        servers["kr"].stop()
        file.write_text(file.read_text().replace("sync_interval: always, ", ""))
        with pytest.raises(NotReady, match="before they are on disk; set `sync_interval: always`"):
            servers["kr"].restart()
        assert not servers["kr"].running
        servers["kr"].streams = False
        servers["kr"].restart()
        network = NatsNetwork(read_access(servers.folder.access("kr", Mode.REAL)))

        async def start() -> None:
            try:
                await network.start()
            finally:
                await network.close()

        with pytest.raises(NotReady, match="before they are on disk"):
            asyncio.run(start())
    finally:
        servers.stop()


def test_a_node_may_start_before_its_server(world: NatsWorld, servers: Servers) -> None:
    servers["us"].kill()
    network = NatsNetwork(world.network("us").access)
    assert world.loop.run_until_complete(network.start(patience_s=0.3)) is False
    servers["us"].restart()
    heard: list[str] = []
    network.open(lambda arrival: arrival.stored(), lambda health: heard.append(f"{health.part} {health.state}"))
    world.run_until(lambda: "broker up" in heard)
    world.loop.run_until_complete(network.close())


def test_what_the_federation_does_not_release_is_said_and_not_carried(world: NatsWorld) -> None:
    ends = Ends(world)
    ends.offer("kr", "au", "never")
    assert ends.health["kr"][-1].part == "outbox.au"
    assert ends.health["kr"][-1].state == "down"
    assert ends.accepted == []
