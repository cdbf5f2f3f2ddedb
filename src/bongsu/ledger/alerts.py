"""Public alerts of a launch as reported: how long after it they went out, and how long they stood. The published times of the day, for comparison."""

from __future__ import annotations

from typing import NamedTuple

from bongsu.base.units import NANOSECONDS_PER_SECOND
from bongsu.ledger.book import Book
from bongsu.ledger.launches import Launch
from bongsu.ledger.plausibility import number_of
from bongsu.model.claim import Claim

_NEAR_S = 900.0
"""A launch within a quarter of an hour of a moment is the one that is meant."""


class Alerted(NamedTuple):
    """One alert: seconds from the launch to it (None: there was no launch), and from the reporter's first alert to this one's end."""

    claim: Claim
    after_launch_s: float | None
    lifted_after_s: float | None


def alerted(book: Book, launch: Launch) -> list[Alerted]:
    """Alerts of a launch in the order of time, each against the alerting reporter's own launch time where he gave one."""
    alerts = sorted(book.standing(launch.id, "alert_time_ns"), key=number_of)
    return [
        Alerted(
            claim, _seconds(_launch_ns(book, launch, claim.reporter), number_of(claim)), _lifted_s(book, launch, claim)
        )
        for claim in alerts
    ]


def published_at(book: Book, time_ns: int) -> list[tuple[str, float, str]]:
    """Alerts of the launch at about that moment: reporter, seconds from launch to alert, source."""
    found: list[tuple[str, float, str]] = []
    for launch in book.all_launches():
        launched_ns = book.launch_time_ns(launch.id)
        if launched_ns is None or abs(launched_ns - time_ns) > _NEAR_S * NANOSECONDS_PER_SECOND:
            continue
        found += [
            (one.claim.reporter, one.after_launch_s, one.claim.source)
            for one in alerted(book, launch)
            if one.after_launch_s is not None
        ]
    return found


def _launch_ns(book: Book, launch: Launch, reporter: str) -> float | None:
    own = [claim for claim in book.standing(launch.id, "launch_time_ns") if claim.reporter == reporter]
    return number_of(own[0]) if own else book.launch_time_ns(launch.id)


def _lifted_s(book: Book, launch: Launch, alert: Claim) -> float | None:
    lifted = [
        number_of(one) for one in book.standing(launch.id, "alert_lifted_time_ns") if one.reporter == alert.reporter
    ]
    return _seconds(number_of(alert), min(lifted)) if lifted else None


def _seconds(begin_ns: float | None, end_ns: float) -> float | None:
    return None if begin_ns is None else (end_ns - begin_ns) / NANOSECONDS_PER_SECOND
