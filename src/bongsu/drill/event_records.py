"""What the review of an event is made of, read from its records through the release gate: the same material as of a drill, without a truth."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from bongsu.adapters.store import RecordReader
from bongsu.base.errors import BadInput, RecordError
from bongsu.base.time import format_time
from bongsu.drill.reviewing import Admission, one_session, reviewed
from bongsu.drill.telling import TOLD
from bongsu.geo import areas
from bongsu.model.configuration import Configuration
from bongsu.model.head import Item
from bongsu.model.mode import Mode
from bongsu.record.entry import item_of
from bongsu.reports.material import Material
from bongsu.views import event_review, folded, measures_exchange, measures_latency
from bongsu.views.flown import Flown, flown
from bongsu.views.moments import Moment, moments
from bongsu.views.review import Review

_ADMITTED = tuple(dict.fromkeys(("configuration", *folded.TAKES, *TOLD)))
_LINKS = tuple(dict.fromkeys((*measures_exchange.TAKES, *measures_latency.TAKES)))


class Span(msgspec.Struct, frozen=True):
    """From when until when an event lasted, exercise time; None: as long as the record."""

    from_ns: int | None
    until_ns: int | None

    def holds(self, item: Item[Any]) -> bool:
        """Whether an item was recorded then; what a node is configured with always is."""
        at_ns = item.head.receipt_ns
        return isinstance(item.body, Configuration) or (
            (self.from_ns is None or at_ns >= self.from_ns) and (self.until_ns is None or at_ns <= self.until_ns)
        )


class Gathered(msgspec.Struct):
    """What the report is written from, `review.json`, and what was kept back, by reason."""

    material: Material
    content: bytes
    refused: dict[str, int]


class _Record(msgspec.Struct):
    """One nation's record, as far as the review is made of it."""

    configuration: Configuration
    admitted: list[Item[Any]]
    links: list[Item[Any]]
    digest: str


def gather(places: list[Path | str], title: str, span: Span) -> Gathered:
    """Read the records of one event. Raises `BadInput` and `RecordError`."""
    admission, refused = Admission(), Counter[str]()
    records = [_read(place, span, admission) for place in places]
    one_session([one.configuration for one in records])
    for one in admission.entered():
        if not one.allowed:
            refused[f"{one.kind} of {one.origin} in the record of {one.node}: {one.reason}"] += 1
    news = [measures_latency.news(one.links) for one in records]
    session = event_review.Session(
        mode=records[0].configuration.mode.value,
        title=title,
        folds=[folded.fold(one.configuration.node, one.admitted) for one in records],
        traffic=[_traffic(one, [other.configuration.node for other in records]) for one in records],
        latencies_ms=measures_latency.latencies_ms(news),
        waited_ms=measures_latency.latencies_ms(news, waited=True),
        digests={one.configuration.node: one.digest for one in records},
        admitted=admission.entered(),
    )
    review, objects = event_review.review_of(session, areas.load())
    if not objects:
        reasons = "; ".join(dict.fromkeys(one.reason for one in admission.entered() if not one.allowed))
        raise BadInput(
            "no warning of these records may enter a review"
            if reasons
            else "nobody warned of anything in these records",
            f"{reasons}; a national rule for recipient review opens it (docs/reference/release.md)"
            if reasons
            else "give another time",
            str(places[0]),
        )
    launches = [one.launch_ns for one in objects if one.launch_ns is not None]
    start_ns = min(launches, default=records[0].admitted[0].head.receipt_ns)
    review.scenario = title or f"Event of {format_time(start_ns, 0)}"
    return Gathered(
        _material(review.scenario, start_ns, review, records, session.latencies_ms), _content(review), dict(refused)
    )


def _read(place: Path | str, span: Span, admission: Admission) -> _Record:
    with RecordReader(place) as reader:
        first = next(_items(reader, ("configuration",)), None)
        if first is None or not isinstance(first.body, Configuration):
            raise RecordError(
                "the record does not begin with a configuration", "give a whole record", reader.place.shown
            )
        kept = (item for item in _items(reader, _ADMITTED) if span.holds(item))
        admitted = list(reviewed(kept, admission, time.time_ns()))
        links = [item for item in _items(reader, _LINKS) if span.holds(item)]
        return _Record(first.body, admitted, links, reader.end().digest.hex())


def _items(reader: RecordReader, types: tuple[str, ...]) -> Iterator[Item[Any]]:
    return (item_of(entry) for entry in reader.entries(types=types, kinds=("input", "output")))


def _traffic(record: _Record, nodes: list[str]) -> measures_exchange.Traffic:
    """Of what was said to nations whose records are there: what others got, nobody can tell."""
    told = measures_exchange.traffic(record.configuration.node, record.links)
    told.sent = {recipient: contents for recipient, contents in told.sent.items() if recipient in nodes}
    return told


def _material(title: str, start_ns: int, review: Review, records: list[_Record], latencies: list[float]) -> Material:
    paths: list[Flown] = []
    told: list[Moment] = []
    for one in records:
        node = one.configuration.node
        paths += flown(one.admitted, node)
        told += moments(one.admitted, node)
    mode = records[0].configuration.mode
    return Material(
        title=title,
        teaches="",
        mark="REAL EVENT" if mode is Mode.REAL else mode.value.upper(),
        start_ns=start_ns,
        review=msgspec.to_builtins(review),
        flights=[],
        flown=paths,
        moments=sorted(told, key=lambda moment: moment.time_ns),
        latencies_ms=latencies,
        names={one.configuration.node: one.configuration.node.upper() for one in records},
    )


def _content(review: Review) -> bytes:
    return msgspec.json.format(msgspec.json.encode(review))
