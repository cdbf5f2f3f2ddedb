"""Assignment of plots to tracks: the pairs that together gain most, none below zero. Independent groups are solved each by itself, large ones sparsely."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, min_weight_full_bipartite_matching

from bongsu.model.noun import Floats, Integers

_DENSE_CELLS = 40_000  # a table of 200 by 200 is solved in about a millisecond; beyond, its empty cells cost more than they are worth
_FEW = 64  # pairs that are grouped faster one by one than by a library call


def assign(gain: Floats) -> list[tuple[int, int]]:
    """Pairs (track, plot) with the greatest total gain (log odds over "false plot"), by track; pairs below zero are left apart.

    `gain` (W, N), minus infinity where a plot lies outside the gate.
    """
    tracks, plots = np.nonzero(gain > 0.0)
    chosen = assign_pairs(tracks, plots, gain[tracks, plots], *gain.shape)
    return list(zip(tracks[chosen].tolist(), plots[chosen].tolist(), strict=True))


def assign_pairs(tracks: Integers, plots: Integers, gain: Floats, tracks_count: int, plots_count: int) -> Integers:
    """Which of the possible pairs (K,), all of positive gain and ordered by track, are taken: their places, in order."""
    if len(tracks) == 0:
        return np.empty(0, np.int64)
    alone = (np.bincount(tracks, minlength=tracks_count)[tracks] == 1) & (
        np.bincount(plots, minlength=plots_count)[plots] == 1
    )
    if alone.all():
        return np.arange(len(tracks))
    taken = np.flatnonzero(alone)
    shared = np.flatnonzero(~alone)
    parts = [taken, *(_solved(group, tracks, plots, gain) for group in _groups(shared, tracks, plots, tracks_count))]
    return np.sort(np.concatenate(parts))


def _solved(group: Integers, tracks: Integers, plots: Integers, gain: Floats) -> Integers:
    """The best pairs of one connected group, as places."""
    own_tracks, rows = np.unique(tracks[group], return_inverse=True)
    own_plots, columns = np.unique(plots[group], return_inverse=True)
    if len(own_tracks) * len(own_plots) > _DENSE_CELLS:
        return _solved_sparsely(group, rows, columns, gain, len(own_tracks), len(own_plots))
    value = np.zeros((len(own_tracks), len(own_plots)))
    place = np.full(value.shape, -1)
    value[rows, columns], place[rows, columns] = gain[group], group
    found: Integers = place[linear_sum_assignment(value, maximize=True)]
    return found[found >= 0]


def _solved_sparsely(
    group: Integers, rows: Integers, columns: Integers, gain: Floats, tracks_count: int, plots_count: int
) -> Integers:
    """The same over the possible pairs only: each track may also take a stand-in of its own, which gains nothing."""
    every = np.arange(tracks_count)
    value = np.concatenate((gain[group] + 1.0, np.ones(tracks_count)))
    table = csr_array(
        (value, (np.concatenate((rows, every)), np.concatenate((columns, plots_count + every)))),
        shape=(tracks_count, plots_count + tracks_count),
    )
    chosen_rows, chosen_columns = min_weight_full_bipartite_matching(table, maximize=True)
    real = chosen_columns < plots_count
    taken = dict(zip(chosen_rows[real].tolist(), chosen_columns[real].tolist(), strict=True))
    return np.array(
        [k for k, row, column in zip(group.tolist(), rows.tolist(), columns.tolist(), strict=True) if taken.get(row) == column],
        np.int64,
    )  # fmt: skip


def _groups(shared: Integers, tracks: Integers, plots: Integers, tracks_count: int) -> list[Integers]:
    """Connected groups of the pairs at the places `shared`, each in order, the group of the first pair first."""
    if len(shared) <= _FEW:
        return _few_groups(shared.tolist(), tracks, plots)
    ends = tracks[shared], tracks_count + plots[shared]
    size = int(ends[1].max()) + 1
    _, labels = connected_components(coo_array((np.ones(len(shared)), ends), shape=(size, size)), directed=False)
    own = labels[ends[0]]
    order = np.argsort(own, kind="stable")
    cuts = np.flatnonzero(np.diff(own[order])) + 1
    return sorted((shared[part] for part in np.split(order, cuts)), key=lambda group: int(group[0]))


def _few_groups(shared: list[int], tracks: Integers, plots: Integers) -> list[Integers]:
    """`_groups` by joining one pair after the other."""
    parent: dict[int, int] = {}

    def root(node: int) -> int:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for k in shared:
        a, b = root(int(tracks[k])), root(-1 - int(plots[k]))
        if a != b:
            parent[b] = a
    found: dict[int, list[int]] = {}
    for k in shared:
        found.setdefault(root(int(tracks[k])), []).append(k)
    return [np.array(group) for group in found.values()]
