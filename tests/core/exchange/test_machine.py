"""A stateful machine on the production rooms: two issuers, a hub and three receivers, with loss, repetition, reorder, crash, a new epoch, retraction.

Each rule is one thing that can happen; what must hold at any time is checked after each, and what must hold once everything is mended at the end.
"""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.core.exchange.wire_world import CODES, ISSUERS, World

NATION = st.sampled_from(CODES)
ISSUER = st.sampled_from(ISSUERS)
TRACK = st.sampled_from(("T1", "T2"))
CHANCE = st.randoms(use_true_random=False)


class Exchange(RuleBasedStateMachine):
    """Five nations on a bad line."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    @rule(seconds=st.sampled_from((0.1, 0.3, 0.6, 1.0, 2.5)))
    def time_passes(self, seconds: float) -> None:
        self.world.pass_time(seconds)

    @rule(code=ISSUER, track=TRACK)
    def an_issuer_concludes(self, code: str, track: str) -> None:
        self.world.conclude(code, track)

    @rule(code=ISSUER, track=TRACK, count=st.integers(2, 6))
    def an_issuer_says_a_lot(self, code: str, track: str, count: int) -> None:
        for _ in range(count):
            self.world.conclude(code, track)
            self.world.commit(code)
            self.world.pass_time(2.1)

    @rule()
    def all_is_delivered(self) -> None:
        for place in self.world.open_parcels():
            if place in self.world.parcels:
                self.world.deliver(place)

    @rule(code=ISSUER, place=st.integers(0, 3))
    def an_issuer_retracts(self, code: str, place: int) -> None:
        warnings = self.world.warnings(code)
        if warnings:
            self.world.command(code, "retract", warnings[place % len(warnings)])

    @rule(code=NATION, kind=st.sampled_from(("acknowledge", "shown")))
    def a_person_looks(self, code: str, kind: str) -> None:
        for event in self.world.events(code)[-1:]:
            self.world.command(code, kind, event.event)

    @rule(chance=CHANCE, most=st.integers(1, 12))
    def the_hub_delivers_some(self, chance: object, most: int) -> None:
        parcels = self.world.open_parcels()
        chance.shuffle(parcels)  # type: ignore[attr-defined]
        for place in parcels[:most]:
            if place in self.world.parcels:
                self.world.deliver(place)

    @rule(code=NATION)
    def a_nation_pulls(self, code: str) -> None:
        for place in self.world.open_parcels():
            if place[1] == code and place in self.world.parcels:
                self.world.deliver(place)
        self.world.commit(code)

    @rule(chance=CHANCE, most=st.integers(1, 6))
    def the_hub_loses_some(self, chance: object, most: int) -> None:
        parcels = self.world.open_parcels()
        chance.shuffle(parcels)  # type: ignore[attr-defined]
        for place in parcels[:most]:
            del self.world.parcels[place]

    @rule(code=NATION)
    def a_record_commits(self, code: str) -> None:
        self.world.commit(code)

    @rule(code=NATION)
    def a_snapshot_is_kept(self, code: str) -> None:
        self.world.keep_snapshot(code)

    @rule(code=NATION)
    def a_node_crashes(self, code: str) -> None:
        self.world.crash(code)

    @precondition(lambda self: sum(nation.epoch - 1 for nation in self.world.nations.values()) < 2)
    @rule(code=NATION)
    def a_record_is_lost(self, code: str) -> None:
        self.world.lose_record(code)

    @rule(code=NATION)
    def a_link_is_cut(self, code: str) -> None:
        self.world.cut.add(code)

    @rule(code=NATION)
    def a_link_is_mended(self, code: str) -> None:
        self.world.cut.discard(code)

    @invariant()
    def holds(self) -> None:
        self.world.check()

    def teardown(self) -> None:
        self.world.heal()
        self.world.check_whole()


def run(examples: int, steps: int) -> None:
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Exchange, settings=how)


def test_nothing_is_lost_repeated_or_mistaken() -> None:
    run(examples=25, steps=40)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_nothing_is_lost_repeated_or_mistaken_for_long() -> None:
    run(examples=400, steps=60)
