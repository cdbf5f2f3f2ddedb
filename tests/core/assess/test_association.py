import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bongsu.core.assess.association import assign


def brute(gain):
    """Greatest total over all partial assignments."""
    tracks, plots = gain.shape
    best = 0.0
    for count in range(1, min(tracks, plots) + 1):
        for rows in itertools.combinations(range(tracks), count):
            for columns in itertools.permutations(range(plots), count):
                values = [gain[r, c] for r, c in zip(rows, columns, strict=True)]
                if min(values) > 0:
                    best = max(best, sum(values))
    return best


@given(
    st.lists(st.lists(st.one_of(st.just(-np.inf), st.floats(-5, 20)), min_size=3, max_size=3), min_size=1, max_size=4)
)
def test_the_total_is_the_best_there_is(rows):
    gain = np.array(rows)
    pairs = assign(gain)
    assert len({t for t, _ in pairs}) == len(pairs) == len({n for _, n in pairs})
    assert all(gain[pair] > 0 for pair in pairs)
    assert np.isclose(sum(gain[pair] for pair in pairs), brute(gain))


def test_nothing_to_assign():
    assert assign(np.full((3, 2), -np.inf)) == []
    assert assign(np.empty((0, 4))) == []
