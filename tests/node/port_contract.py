"""What every network must do for a node: real servers and the drill's simulated network run through the same tests.

A module that tests one derives a class from `NetworkContract` and gives it a fixture `world`. Time belongs to the world: a test only says
what it waits for, so a network in virtual time can jump there.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Protocol

from bongsu.model.health import Health
from bongsu.model.message import Lane
from bongsu.model.parcel import Arrival, Parcel
from bongsu.node.ports import Network

_numbers = count(1)


class World(Protocol):
    """Three nodes (at least `kr`, `us`, `jp`) of which each releases to both others, joined in one place that can be cut."""

    def network(self, node: str) -> Network:
        """The end of one node; the same object at each call. Opening it again puts new callbacks in place of the old."""
        ...

    def run_until(self, condition: Callable[[], bool], within_s: float = 8.0) -> None:
        """Let time pass until the condition holds; `AssertionError` if it does not within that much link time."""
        ...

    def cut(self) -> None:
        """Nothing passes between any two nodes from now on; each may still offer."""
        ...

    def heal(self) -> None:
        """The end of `cut`."""
        ...


class Ends:
    """The three nodes' ends: what each got, what was accepted; everything that arrives is stored unless `stores` is False."""

    def __init__(self, world: World, nodes: tuple[str, ...] = ("kr", "us", "jp")) -> None:
        self.world = world
        self.got: dict[str, list[Arrival]] = {node: [] for node in nodes}
        self.accepted: list[str] = []
        self.health: dict[str, list[Health]] = {node: [] for node in nodes}
        self.stores = True
        self.tag = f"{next(_numbers)}"
        for node in nodes:
            world.network(node).open(self._taker(node), self.health[node].append)

    def offer(self, issuer: str, recipient: str, text: str, lane: Lane = Lane.PROMPT, subject: str = "e1") -> str:
        """Offer one parcel of which the envelope is the text; gives the message's id."""
        message = f"{issuer}-{self.tag}-{recipient}-{lane.value}-{text}"
        parcel = Parcel(
            message=message,
            issuer=issuer,
            recipient=recipient,
            lane=lane,
            subject=f"{self.tag}/{subject}",
            envelope=f"{self.tag}:{text}".encode(),
        )
        self.world.network(issuer).offer(parcel, self.accepted.append)
        return message

    def texts(self, node: str, lane: Lane = Lane.PROMPT, claimed: str | None = None) -> list[str]:
        """What a node got on a lane in this test, in order, repetitions included."""
        return [
            arrival.envelope.decode().partition(":")[2]
            for arrival in self.got[node]
            if arrival.lane is lane
            and claimed in (None, arrival.claimed)
            and arrival.envelope.decode().startswith(f"{self.tag}:")
        ]

    def paths_up(self, node: str) -> bool:
        """Whether a node last heard that every path to it is up (only of networks that report paths)."""
        paths = {health.part: health.state for health in self.health[node] if health.part.startswith("path.")}
        return len(paths) == len(self.got) - 1 and set(paths.values()) == {"up"}

    def _taker(self, node: str) -> Callable[[Arrival], None]:
        def take(arrival: Arrival) -> None:
            self.got[node].append(arrival)
            if self.stores:
                arrival.stored()

        return take


class NetworkContract:
    """The port's promises, one a test."""

    def test_each_parcel_arrives_at_its_recipient_and_nowhere_else(self, world: World) -> None:
        ends = Ends(world)
        pairs = [(issuer, recipient) for issuer in ends.got for recipient in ends.got if issuer != recipient]
        for issuer, recipient in pairs:
            for lane in Lane:
                ends.offer(issuer, recipient, f"{issuer} to {recipient} {lane.value}", lane)
        world.run_until(lambda: all(len(ends.texts(node, lane)) == 2 for node in ends.got for lane in Lane))
        for issuer, recipient in pairs:
            for lane in Lane:
                assert ends.texts(recipient, lane, issuer) == [f"{issuer} to {recipient} {lane.value}"]

    def test_accepted_is_called_once_for_each_message(self, world: World) -> None:
        ends = Ends(world)
        messages = [ends.offer("kr", "jp", str(number)) for number in range(20)]
        messages += [ends.offer("kr", "jp", f"t{number}", Lane.LATEST, f"t{number}") for number in range(20)]
        world.run_until(lambda: len(ends.accepted) >= 40 and len(ends.texts("jp")) >= 20)
        assert sorted(ends.accepted) == sorted(messages)

    def test_prompt_parcels_arrive_in_the_order_of_offering_when_nothing_fails(self, world: World) -> None:
        ends = Ends(world)
        for number in range(300):
            ends.offer("kr", "jp", str(number))
            ends.offer("us", "jp", str(number))
        world.run_until(lambda: len(ends.texts("jp")) >= 600)
        for issuer in ("kr", "us"):
            assert ends.texts("jp", claimed=issuer) == [str(number) for number in range(300)]

    def test_offering_the_same_message_again_is_harmless(self, world: World) -> None:
        ends = Ends(world)
        for text in ("a", "b", "a", "a", "c"):
            ends.offer("kr", "jp", text)
        world.run_until(lambda: len(ends.accepted) == 5 and "c" in ends.texts("jp"))
        assert list(dict.fromkeys(ends.texts("jp"))) == ["a", "b", "c"]

    def test_what_has_arrived_and_is_offered_again_comes_again(self, world: World) -> None:
        """A recipient that lost what it had stored, or that a falsely acknowledging hub deprived of it, asks for it by number."""
        ends = Ends(world)
        ends.offer("kr", "jp", "a")
        world.run_until(lambda: ends.texts("jp") == ["a"])
        ends.offer("kr", "jp", "a")
        world.run_until(lambda: len(ends.accepted) == 2 and len(ends.texts("jp")) >= 2)

    def test_what_is_not_stored_comes_again(self, world: World) -> None:
        ends = Ends(world)
        ends.stores = False
        ends.offer("kr", "jp", "a")
        world.run_until(lambda: len(ends.texts("jp")) >= 2)
        ends.stores = True
        for arrival in ends.got["jp"]:
            arrival.stored()
        ends.offer("kr", "jp", "b")
        world.run_until(lambda: "b" in ends.texts("jp"))

    def test_prompt_is_accepted_while_the_links_are_cut_and_arrives_whole_after(self, world: World) -> None:
        ends = Ends(world)
        ends.offer("kr", "jp", "before")
        world.run_until(lambda: ends.texts("jp") == ["before"])
        world.cut()
        messages = [ends.offer("kr", "jp", str(number)) for number in range(50)]
        world.run_until(lambda: set(messages) <= set(ends.accepted))
        assert ends.texts("jp") == ["before"]
        world.heal()
        world.run_until(lambda: set(ends.texts("jp")) >= {str(number) for number in range(50)})

    def test_of_the_latest_lane_only_the_newest_of_each_subject_waits(self, world: World) -> None:
        ends = Ends(world)
        ends.offer("kr", "jp", "start", Lane.LATEST, "s")
        world.run_until(lambda: ends.texts("jp", Lane.LATEST) == ["start"])
        world.cut()
        messages = [
            ends.offer("kr", "jp", f"{subject}{version}", Lane.LATEST, subject)
            for version in range(20)
            for subject in "abc"
        ]
        world.run_until(lambda: set(messages) <= set(ends.accepted))
        world.heal()
        world.run_until(lambda: {"a19", "b19", "c19"} <= set(ends.texts("jp", Lane.LATEST)))
        assert set(ends.texts("jp", Lane.LATEST)) == {"a19", "b19", "c19", "start"}

    def test_prompt_comes_before_latest_after_a_cut(self, world: World) -> None:
        ends = Ends(world)
        ends.offer("kr", "jp", "start")
        world.run_until(lambda: ends.texts("jp") == ["start"])
        world.cut()
        messages = [ends.offer("kr", "jp", str(number), Lane.LATEST, str(number)) for number in range(5)]
        messages += [ends.offer("kr", "jp", str(number)) for number in range(100)]
        world.run_until(lambda: set(messages) <= set(ends.accepted))
        world.heal()
        world.run_until(lambda: len(ends.texts("jp")) >= 101 and len(ends.texts("jp", Lane.LATEST)) >= 5)
        lanes = [arrival.lane for arrival in ends.got["jp"] if arrival.envelope != f"{ends.tag}:start".encode()]
        assert lanes[:100] == [Lane.PROMPT] * 100
