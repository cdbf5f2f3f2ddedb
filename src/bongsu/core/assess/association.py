"""Assignment of plots to tracks: the pairs that together gain most, none below zero. Small independent groups are solved each by itself."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from bongsu.model.noun import Floats


def assign(gain: Floats) -> list[tuple[int, int]]:
    """Pairs (track, plot) with the greatest total gain (log odds over "false plot"), by track; pairs below zero are left apart.

    `gain` (W, N), minus infinity where a plot lies outside the gate.
    """
    possible = gain > 0.0
    tracks, plots = np.nonzero(possible)
    if len(tracks) == 0:
        return []
    in_row = possible.sum(axis=1)
    in_column = possible.sum(axis=0)
    alone = (in_row[tracks] == 1) & (in_column[plots] == 1)
    if alone.all():
        return list(zip(tracks.tolist(), plots.tolist(), strict=True))
    pairs = [(int(t), int(n)) for t, n in zip(tracks[alone], plots[alone], strict=True)]
    for group_tracks, group_plots in _groups(tracks[~alone].tolist(), plots[~alone].tolist()):
        part = gain[np.ix_(group_tracks, group_plots)]
        value = np.where(part > 0.0, part, 0.0)
        for a, b in zip(*linear_sum_assignment(value, maximize=True), strict=True):
            if part[a, b] > 0.0:
                pairs.append((group_tracks[int(a)], group_plots[int(b)]))
    pairs.sort()
    return pairs


def _groups(tracks: list[int], plots: list[int]) -> list[tuple[list[int], list[int]]]:
    """Connected groups of a graph given by its edges, each with its tracks and plots in order."""
    parent: dict[int, int] = {}

    def root(node: int) -> int:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for t, n in zip(tracks, plots, strict=True):
        a, b = root(t), root(-1 - n)
        if a != b:
            parent[b] = a
    found: dict[int, tuple[dict[int, None], dict[int, None]]] = {}
    for t, n in zip(tracks, plots, strict=True):
        own_tracks, own_plots = found.setdefault(root(t), ({}, {}))
        own_tracks[t] = None
        own_plots[n] = None
    return [(sorted(own_tracks), sorted(own_plots)) for own_tracks, own_plots in found.values()]
