"""What the ledger tells of a launch, as rows for programs: `bongsu ledger --json` and the console's page give the same ones."""

from __future__ import annotations

from typing import Any

from bongsu.base.time import format_time
from bongsu.ledger import law as laws
from bongsu.ledger import packaged
from bongsu.ledger.alerts import alerted
from bongsu.ledger.book import Book
from bongsu.ledger.fields import told
from bongsu.ledger.launches import Launch
from bongsu.ledger.notices import Notice, compare, zone_of
from bongsu.ledger.plausibility import Flag, number_of
from bongsu.model.claim import Claim


def day_of(book: Book, launch: Launch) -> str | None:
    """UTC date of a launch; None when nobody gave a time."""
    time_ns = book.launch_time_ns(launch.id)
    return None if time_ns is None else format_time(time_ns, 0)[:10]


def launch_row(book: Book, launch: Launch) -> dict[str, Any]:
    """A launch as `list --json` gives it."""
    time_ns = book.launch_time_ns(launch.id)
    claims = book.claims(launch.id)
    return {
        "id": launch.id,
        "kind": launch.kind.value,
        "title": launch.title,
        "time": None if time_ns is None else format_time(time_ns, 0),
        "salvo": launch.salvo or None,
        "claims": len(claims),
        "reporters": sorted({claim.reporter for claim in claims}),
    }


def claim_row(book: Book, claim: Claim) -> dict[str, Any]:
    """A claim as programs read it: the value inside (SI, nanoseconds) and as told."""
    correction = book.correction_of(claim)
    return {
        "id": claim.id,
        "launch": claim.launch,
        "reporter": claim.reporter,
        "field": claim.field,
        "value": claim.value,
        "told": told(claim),
        "bound": claim.bound.value,
        "precision": claim.precision,
        "zone": claim.zone or None,
        "said": None if claim.said_ns is None else format_time(claim.said_ns, 0),
        "recorded": format_time(claim.recorded_ns, 0),
        "source": claim.source,
        "corrects": claim.corrects,
        "corrected_by": None if correction is None else correction.id,
        "note": claim.note or None,
    }


def show_row(book: Book, launch: Launch, claims: list[Claim], flags: list[Flag]) -> dict[str, Any]:
    """A launch with its claims, findings, alerts, law, notices and links."""
    finding = laws.falls_under(packaged.law(), launch, day_of(book, launch))
    return {
        **launch_row(book, launch),
        "note": launch.note or None,
        "claims": [claim_row(book, claim) for claim in claims],
        "flags": [flag._asdict() for flag in flags],
        "alerts": [
            {"id": one.claim.id, "after_launch_s": one.after_launch_s, "lifted_after_s": one.lifted_after_s}
            for one in alerted(book, launch)
        ],
        "resolutions": {
            "numbers": list(finding.resolutions),
            "statements": [
                {
                    "id": one.id,
                    "by": one.body,
                    "day": one.day,
                    "says": one.says,
                    "resolutions": list(one.resolutions),
                    "source": one.source,
                }
                for one in finding.statements
            ],
            "not_because": finding.reason or None,
            "not_by": finding.by or None,
        },
        "notices": notice_rows(book, launch),
        "links": [{"to": link.to, "reference": link.reference, "by": link.by} for link in book.links_of(launch.id)],
    }


def notice_rows(book: Book, launch: Launch) -> list[dict[str, Any]]:
    """Each notice of a launch against its launch time and every reported place of impact."""
    return [notice_row(notice, book, launch) for notice in book.notices_of(launch.id)]


def notice_row(notice: Notice, book: Book, launch: Launch) -> dict[str, Any]:
    """One notice against one launch."""
    time_ns = book.launch_time_ns(launch.id)
    compared = None if time_ns is None else compare(notice, time_ns)
    return {
        "id": notice.id,
        "issuer": notice.issuer,
        "kind": notice.kind,
        "from": format_time(notice.from_ns, 0),
        "until": format_time(notice.until_ns, 0),
        "zones": len(notice.zones) or None,
        "timing": None if compared is None else compared.timing.value,
        "off_s": None if compared is None else compared.off_s,
        "impacts": [
            {"reporter": reporter, "zone": zone_of(notice, latitude_rad, longitude_rad)}
            for reporter, latitude_rad, longitude_rad in impacts(book, launch)
        ],
        "source": notice.source,
        "note": notice.note or None,
    }


def impacts(book: Book, launch: Launch) -> list[tuple[str, float, float]]:
    """Reporter, latitude and longitude (radians) of each reported place of impact."""
    longitudes = {one.reporter: number_of(one) for one in book.standing(launch.id, "impact_longitude_rad")}
    return [
        (one.reporter, number_of(one), longitudes[one.reporter])
        for one in book.standing(launch.id, "impact_latitude_rad")
        if one.reporter in longitudes
    ]
