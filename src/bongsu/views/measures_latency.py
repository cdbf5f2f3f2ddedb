"""How long news took: from the receipt of the plot that it rests on to its receipt at the partner's link, both in link time.

Measured for what follows from a plot: at once (a first word, news of another kind than better figures), and apart from it what waited for its moment by
the policy (better figures: `core/exchange/release.py`). What a person or the passing of time brought about, as a path's points, has no plot. Clocks of the
machines must agree (in a drill all nodes stand on one). Waiting for the end of a look is a part of the time.
"""

import math
from collections.abc import Iterable
from typing import Any

import msgspec

from bongsu.base.errors import WireError
from bongsu.base.units import NANOSECONDS_PER_SECOND
from bongsu.model.estimate import Estimate
from bongsu.model.head import Item
from bongsu.model.message import Lane, Outgoing, Received, Release
from bongsu.model.noun import tag_of
from bongsu.model.scan import RawScan, Scan
from bongsu.model.tick import Tick
from bongsu.model.track import Track
from bongsu.model.warning import Path, Warning
from bongsu.views.review import Latency
from bongsu.wire import envelope_v1

TAKES = tuple(
    tag_of(kind.__name__) for kind in (RawScan, Tick, Scan, Track, Estimate, Warning, Path, Release, Outgoing, Received)
)
"""Names of the bodies that the fold takes."""

_FROM_PLOTS = (Track, Estimate, Warning, Path)
_Face = tuple[str, Lane, str, bytes]


class News(msgspec.Struct):
    """Link times at one node, by message: when the plot came that a sent message rests on (`waited_ns`: it left by the clock), and when a message came."""

    plot_ns: dict[str, int] = {}
    waited_ns: dict[str, int] = {}
    received_ns: dict[str, int] = {}


def news(items: Iterable[Item[Any]]) -> News:
    """Fold one node's items, in order."""
    told = News()
    plots: dict[tuple[str, int], int] = {}
    rests_on: dict[str, int] = {}
    ticks: set[str] = set()
    released: dict[_Face, tuple[str, bool]] = {}
    for item in items:
        body, head = item.body, item.head
        match body:
            case RawScan():
                for time_ns in body.time_ns.tolist():
                    plots[body.sensor, time_ns] = head.link_ns
            case Scan():
                if (body.sensor, body.end_ns) in plots:
                    rests_on[head.id] = plots[body.sensor, body.end_ns]
            case Tick():
                ticks.add(head.id)
            case Release():
                waited = not ticks.isdisjoint(head.causes)
                released[body.recipient, body.lane, body.kind, body.body] = body.item, waited
            case Outgoing():
                rested, waited = released.get((body.recipient, body.lane, body.kind, body.body), ("", False))
                if rested in rests_on:
                    (told.waited_ns if waited else told.plot_ns).setdefault(body.message, rests_on[rested])
            case Received():
                _note(told, body, head.link_ns)
            case _ if isinstance(body, _FROM_PLOTS):
                causes = [rests_on[cause] for cause in head.causes if cause in rests_on]
                if causes:
                    rests_on[head.id] = max(causes)
            case _:
                pass
    return told


def latencies_ms(nodes: Iterable[News], waited: bool = False) -> list[float]:
    """All of what left at once, in order; or all of what waited for its moment."""
    nodes = list(nodes)
    plots = {
        message: plot_ns for node in nodes for message, plot_ns in (node.waited_ns if waited else node.plot_ns).items()
    }
    return sorted(
        round((received_ns - plots[message]) * 1000.0 / NANOSECONDS_PER_SECOND, 3)
        for node in nodes
        for message, received_ns in node.received_ns.items()
        if message in plots
    )


def latency(ordered_ms: list[float]) -> Latency | None:
    """Median, 99th per cent and the longest; None for none."""
    if not ordered_ms:
        return None
    return Latency(p50=_quantile(ordered_ms, 0.5), p99=_quantile(ordered_ms, 0.99), max=ordered_ms[-1])


def _note(told: News, received: Received, link_ns: int) -> None:
    try:
        envelope = envelope_v1.parse(received.envelope)
    except WireError:
        return  # refused at the link, and counted there
    told.received_ns.setdefault(envelope.message, link_ns)


def _quantile(ordered: list[float], share: float) -> float:
    """The least value that at least this share does not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
