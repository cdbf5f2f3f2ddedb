import pytest
from hypothesis import given
from hypothesis import strategies as st

from bongsu.adapters.clock import LinkClock, ScaledClock
from bongsu.base.errors import BadInput
from bongsu.model.exercise import ExerciseOrder

S = 1_000_000_000


class Time:
    """A wall clock and a steady one that tests move."""

    def __init__(self) -> None:
        self.wall = 1_700_000_000 * S
        self.steady = 5 * S

    def clock(self) -> LinkClock:
        return LinkClock(lambda: self.wall, lambda: self.steady)

    def pass_s(self, seconds: float) -> None:
        self.wall += int(seconds * S)
        self.steady += int(seconds * S)


def order(link_ns: int, exercise_ns: int, speed: float, what: str = "pace") -> ExerciseOrder:
    return ExerciseOrder(order=what, exercise="x", exercise_ns=exercise_ns, link_ns=link_ns, speed=speed)


@given(st.lists(st.tuples(st.integers(-(10**11), 10**11), st.integers(0, 10**10)), max_size=40))
def test_link_time_never_runs_backwards_whatever_the_wall_clock_does(moves: list[tuple[int, int]]) -> None:
    time = Time()
    clock = time.clock()
    last = clock.now_ns()
    for jump, passed in moves:
        time.wall += jump + passed
        time.steady += passed
        now = clock.now_ns()
        assert now >= last
        assert now >= last + passed - passed // 2000 - 1
        last = now


def test_link_time_returns_to_a_wall_clock_that_was_set_back() -> None:
    time = Time()
    clock = time.clock()
    time.wall -= S // 10
    for _ in range(400):
        time.pass_s(1)
        clock.now_ns()
    assert abs(clock.now_ns() - time.wall) < 1_000_000


def test_link_time_follows_a_suspended_machine_at_once() -> None:
    time = Time()
    clock = time.clock()
    time.wall += 3600 * S
    assert clock.now_ns() == time.wall


@given(
    st.lists(
        st.tuples(st.integers(0, 20 * S), st.integers(0, 1000 * S), st.floats(0, 1000), st.booleans()), max_size=15
    )
)
def test_exercise_time_never_runs_backwards(orders: list[tuple[int, int, float, bool]]) -> None:
    time = Time()
    clock = ScaledClock(0, time.clock())
    last = clock.now()
    for delay, exercise_ns, speed, paused in orders:
        clock.order(order(time.wall + delay, exercise_ns, speed, "pause" if paused else "pace"))
        for _ in range(3):
            time.pass_s(3)
            now = clock.now()
            assert now.exercise_ns >= last.exercise_ns
            assert now.link_ns >= last.link_ns
            last = now


def test_exercise_time_is_piecewise_linear() -> None:
    time = Time()
    clock = ScaledClock(1_000 * S, time.clock())
    time.pass_s(5)
    assert clock.now().exercise_ns == 1_000 * S
    start = time.wall
    clock.order(order(start, 1_000 * S, 1.0, "startex"))
    clock.order(order(start + 40 * S, 1_040 * S, 150.0))
    time.pass_s(10)
    assert clock.now().exercise_ns == 1_010 * S
    assert clock.link_ns_of(1_020 * S) == start + 20 * S
    assert clock.link_ns_of(1_190 * S) == start + 41 * S
    time.pass_s(32)
    assert clock.now().exercise_ns == 1_340 * S
    clock.order(order(time.wall, 1_340 * S, 0.0, "pause"))
    time.pass_s(10)
    assert clock.now().exercise_ns == 1_340 * S
    assert clock.link_ns_of(1_341 * S) is None
    clock.order(order(time.wall, 1_340 * S, 4.0, "resume"))
    time.pass_s(2)
    assert clock.now().exercise_ns == 1_348 * S


@given(st.floats(0.1, 1000), st.integers(1, 10_000 * S))
def test_the_time_foretold_is_the_time_at_which_it_comes(speed: float, ahead_ns: int) -> None:
    time = Time()
    clock = ScaledClock(0, time.clock())
    clock.order(order(time.wall, 0, speed, "startex"))
    comes = clock.link_ns_of(ahead_ns)
    assert comes is not None
    assert abs(clock.exercise_ns_at(comes) - ahead_ns) <= speed * 2000


def test_an_absurd_speed_is_refused() -> None:
    clock = ScaledClock(0, Time().clock())
    with pytest.raises(BadInput, match="speed"):
        clock.order(order(0, 0, float("nan")))


def test_exercise_time_is_held_where_the_feed_has_been_told() -> None:
    """Beyond it nothing is due; a later word lets time run on, an earlier one changes nothing."""
    time = Time()
    clock = ScaledClock(0, time.clock())
    clock.order(order(time.wall, 0, 100.0, "startex"))
    clock.hold_at(250 * S)
    time.pass_s(2.0)
    assert clock.now().exercise_ns == 200 * S
    assert clock.link_ns_of(251 * S) is None
    time.pass_s(2.0)
    assert clock.now().exercise_ns == 250 * S
    clock.hold_at(240 * S)
    assert clock.now().exercise_ns == 250 * S
    clock.hold_at(1_000 * S)
    assert clock.now().exercise_ns == 400 * S


def test_a_clock_that_is_set_wrong_while_it_runs_jumps_ahead_and_never_back_and_leaves_exercise_time_alone() -> None:
    time = Time()
    clock = ScaledClock(0, time.clock())
    clock.order(order(time.wall, 0, 2.0))
    time.pass_s(1)
    clock.set_wrong(30 * S)
    assert clock.now().link_ns == time.wall + 30 * S
    assert clock.link_ns_of(12 * S) == time.wall + 35 * S
    clock.set_wrong(0)
    time.pass_s(1)
    now = clock.now()
    assert abs(now.link_ns - time.wall - 30 * S) < S // 1000
    assert now.exercise_ns == 4 * S
