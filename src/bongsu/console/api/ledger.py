"""The routes of the ledger's page: every launch with the series of the plots, and one launch with all that was claimed of it.

Rows and series are those of `bongsu ledger`; here they only take the units in which people read them. The ledger is history: nothing of it
enters the picture, and nothing of the picture enters it.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bongsu.base.errors import BadValue
from bongsu.base.units import METRES_PER_KILOMETRE
from bongsu.console.api.access import Doorman
from bongsu.ledger import law, packaged, plausibility, rows, series
from bongsu.ledger.book import Book
from bongsu.ledger.fields import BY_KEY, UNITS
from bongsu.model.claim import Claim

NO_STORE = {"Cache-Control": "no-store"}


class LedgerRoutes:
    """`GET /api/ledger` and `GET /api/ledger/LAUNCH`. `book` is read once; with a doorman only those whom it knows are answered."""

    def __init__(self, book: Callable[[], Book], doorman: Doorman | None = None) -> None:
        self._read = book
        self._doorman = doorman
        self._one_at_a_time = asyncio.Lock()
        self._known: tuple[Book, plausibility.Findings, bytes] | None = None

    def routes(self) -> list[Route]:
        """Both."""
        return [Route("/api/ledger", self.all), Route("/api/ledger/{launch}", self.one)]

    async def all(self, request: Request) -> Response:
        """Every launch, and what the plots show."""
        if not self._may(request):
            return JSONResponse({"reason": "log_in"}, status_code=401)
        _, _, overview = await self._prepared()
        return Response(overview, media_type="application/json", headers=NO_STORE)

    async def one(self, request: Request) -> Response:
        """One launch."""
        if not self._may(request):
            return JSONResponse({"reason": "log_in"}, status_code=401)
        book, findings, _ = await self._prepared()
        try:
            launch = book.launch(request.path_params["launch"])
        except BadValue as error:
            return JSONResponse({"reason": "no_launch", "text": str(error)}, status_code=404)
        claims = book.claims(launch.id)
        flags = [flag for flag in findings.flags if flag.launch == launch.id]
        row = rows.show_row(book, launch, claims, flags)
        row["claims"] = [{**one, "shown": shown(claim)} for one, claim in zip(row["claims"], claims, strict=True)]
        return Response(msgspec.json.encode(row), media_type="application/json", headers=NO_STORE)

    def _may(self, request: Request) -> bool:
        return self._doorman is None or self._doorman.person(request.cookies) is not None

    async def _prepared(self) -> tuple[Book, plausibility.Findings, bytes]:
        """Book, findings and overview: reckoned once, off the event loop."""
        async with self._one_at_a_time:
            if self._known is None:
                self._known = await asyncio.to_thread(self._prepare)
        return self._known

    def _prepare(self) -> tuple[Book, plausibility.Findings, bytes]:
        book = self._read()
        findings = plausibility.check(book, book.all_launches())
        return book, findings, msgspec.json.encode(overview(book, findings))


def shown(claim: Claim) -> dict[str, Any]:
    """A number in the unit in which people read it, and its precision; a text as it was said; a time as RFC 3339 is in `told`."""
    field = BY_KEY[claim.field]
    if isinstance(claim.value, str) or field.unit == "time":
        return {"name": field.name, "unit": field.unit, "value": None, "precision": None}
    factor = UNITS[field.unit][field.shown]
    precision = None if claim.precision is None else round(claim.precision / factor, 3)
    return {"name": field.name, "unit": field.shown, "value": round(claim.value / factor, 3), "precision": precision}


def overview(book: Book, findings: plausibility.Findings) -> dict[str, Any]:
    """The launches in the order of their ids, the reporters, and the four series."""
    return {
        "version": packaged.VERSION,
        "reporters": packaged.reporters(),
        "launches": [_launch(book, findings, name) for name in sorted(book.launches)],
        "months": [
            {"month": month, "counts": {kind.value: count for kind, count in counts.items()}}
            for month, counts in series.months(book).items()
        ],
        "pairs": [_pair(one) for one in series.pairs(book)],
        "times": [one._asdict() for one in series.computed(book)],
        "differences": [one._asdict() for one in series.told_apart(book, findings)],
    }


def _launch(book: Book, findings: plausibility.Findings, name: str) -> dict[str, Any]:
    launch = book.launches[name]
    found = law.falls_under(packaged.law(), launch, rows.day_of(book, launch))
    return {
        **rows.launch_row(book, launch),
        "statements": len(found.statements),
        "resolutions": list(found.resolutions),
        "flags": sum(flag.launch == name for flag in findings.flags),
    }


def _pair(one: series.HighAndFar) -> dict[str, Any]:
    return {
        "launch": one.launch.id,
        "kind": one.launch.kind.value,
        "reporter": one.apogee.reporter,
        "apogee_km": plausibility.number_of(one.apogee) / METRES_PER_KILOMETRE,
        "apogee_bound": one.apogee.bound.value,
        "range_km": plausibility.number_of(one.range) / METRES_PER_KILOMETRE,
        "range_bound": one.range.bound.value,
    }
