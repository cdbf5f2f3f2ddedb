"""What is asked for again: every scattered loss that is near, and never what is not missing at its ends."""

from hypothesis import given
from hypothesis import strategies as st

from bongsu.base.limits import GAP_SPAN_COUNT
from bongsu.core.exchange.lane import Order


def order_with(here: set[int]) -> Order:
    order = Order()
    for sequence in sorted(here):
        order.take(1, sequence, b"x")
    return order


@given(st.sets(st.integers(1, 300)), st.integers(0, 320))
def test_one_request_spans_all_losses_that_are_near(here: set[int], newest: int) -> None:
    order = order_with(here)
    known = max(newest, max(here, default=0))
    missing = [sequence for sequence in range(1, known + 1) if sequence not in here]
    asked = order.to_ask(newest)
    if not missing:
        assert asked is None
        return
    assert asked is not None
    first, last = asked
    assert first == missing[0] and last in missing
    near = [sequence for sequence in missing if sequence < first + GAP_SPAN_COUNT]
    assert set(near) <= set(range(first, last + 1)), "scattered losses come with one request"
    run = order.missing_before(newest)
    assert run is not None and (run[0], max(run[1], near[-1])) == asked, "and no more than a long run, or what is near"
