"""How the evidence behind each kind of expectation is spoilt: one row a kind. What is asked stays as the scenario says; what was recorded changes.

A row gives, for an expectation, what somebody might fear by name, and the evidence as it would then be: each of them must turn the verdict.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace as remade
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from bongsu.drill import expectations as kinds
from bongsu.drill.expect import accepted_states
from bongsu.drill.truth import Flight
from bongsu.model.alarm import Alarm
from bongsu.model.alert import Alert, AreaRisk
from bongsu.model.decision import Decision
from bongsu.model.delivery import Delivery
from bongsu.model.estimate import Estimate, PointEstimate
from bongsu.model.event import Event
from bongsu.model.freshness import Freshness, FreshnessState
from bongsu.model.head import Item
from bongsu.model.hold import Hold, HoldState
from bongsu.model.message import Outgoing
from bongsu.model.stance import Position, Stance
from bongsu.model.statement import JointStatement
from bongsu.model.warning import Warning, WarningStatus
from bongsu.views import folded
from bongsu.views.measures_sharing import Holding
from tests.drill.evidence import Asked, Evidence, fold_of, load, truths_of

Fears = Iterator[tuple[str, Evidence]]
Test = Callable[[Item[Any]], bool]
S = 1_000_000_000
LATE_NS = 10_000 * S


def fears(evidence: Evidence, expected: Any) -> list[tuple[str, Evidence]]:
    """All that is feared for one expectation."""
    return list(ROWS[type(expected)](evidence, expected))


def unbroken(name: str, out: Path) -> list[str]:
    """Expectations of a run that no fear turns, each with what was feared; and those that are judged otherwise than in its review."""
    evidence, verdicts = load(name, out)
    found = []
    for number, (expected, met) in enumerate(zip(evidence.scenario.expectations, verdicts, strict=True)):
        place = f"{name}: expectations[{number}] {type(expected).__name__}"
        if evidence.judged(expected) is not met:
            found.append(f"{place} is judged otherwise than in the review")
        if not met:
            continue  # it has failed: it can
        feared = fears(evidence, expected)
        if not feared:
            found.append(f"{place}: nothing is feared")
        found += [f"{place}: {what}" for what, spoilt in feared if spoilt.judged(expected)]
    return found


def meant(evidence: Evidence, expected: Any) -> str:
    """The launch or false alarm that it is about."""
    return str(expected.launch or truths_of(evidence.scenario, evidence.flights)[0].id)


def about(evidence: Evidence, expected: Any) -> Test:
    """Tells a warning of that launch."""
    launch = meant(evidence, expected)
    folds = [fold_of(code, items) for code, items in evidence.items.items()]
    known = folded.subjects(folds, truths_of(evidence.scenario, evidence.flights))
    return lambda item: isinstance(item.body, Warning) and known.get((item.head.origin, item.body.warning)) == launch


def without(test: Test) -> Callable[[Item[Any]], Iterable[Item[Any]]]:
    """Leave out what it tells."""
    return lambda item: () if test(item) else (item,)


def with_body(test: Test, spoil: Callable[[Any], Any]) -> Callable[[Item[Any]], Iterable[Item[Any]]]:
    """Another body where it tells."""
    return lambda item: (replace(item, body=spoil(item.body)),) if test(item) else (item,)


def late(test: Test, by_ns: int = LATE_NS) -> Callable[[Item[Any]], Iterable[Item[Any]]]:
    """Heard that much later, by both clocks."""

    def change(item: Item[Any]) -> Iterable[Item[Any]]:
        if not test(item):
            return (item,)
        head = item.head
        return (replace(item, head=replace(head, receipt_ns=head.receipt_ns + by_ns, link_ns=head.link_ns + by_ns)),)

    return change


def twice(test: Test) -> Callable[[Item[Any]], Iterable[Item[Any]]]:
    """Told again."""
    return lambda item: (item, item) if test(item) else (item,)


def both(one: Test, other: Test) -> Test:
    return lambda item: one(item) and other(item)


def by(origin: str) -> Test:
    return lambda item: item.head.origin == origin


def of(kind: type) -> Test:
    return lambda item: isinstance(item.body, kind)


def _warned(evidence: Evidence, expected: kinds.Warned) -> Fears:
    test = about(evidence, expected)
    if expected.own:
        test = both(test, by(expected.node))
    yield "never warned", evidence.changed(without(test), expected.node)
    yield "warned too late", evidence.changed(late(test), expected.node)


def _hears(evidence: Evidence, expected: kinds.Hears) -> Fears:
    test = both(about(evidence, expected), by(expected.origin))
    yield "never told", evidence.changed(without(test), expected.node)
    if expected.by_s is not None:
        yield "told too late", evidence.changed(late(test), expected.node)


def _knows_before_own(evidence: Evidence, expected: kinds.KnowsBeforeOwn) -> Fears:
    test = both(about(evidence, expected), lambda item: item.head.origin != expected.node)
    yield "never told by a partner", evidence.changed(without(test), expected.node)
    if _seen(evidence, expected):
        yield "told when it had seen it itself", evidence.changed(late(test), expected.node)


def _seen(evidence: Evidence, expected: kinds.KnowsBeforeOwn) -> bool:
    return Asked(evidence).findings().of(expected, expected.node).at.first_detection_s is not None


def _final_status(evidence: Evidence, expected: kinds.FinalStatus) -> Fears:
    test = about(evidence, expected)
    other = next(one for one in WarningStatus if one.value not in expected.statuses)
    for node in expected.nodes:
        yield (
            f"{node} ends with {other.value}",
            evidence.changed(with_body(test, lambda body: replace(body, status=other)), node),
        )
        yield f"{node} knows nothing", evidence.changed(without(test), node)


def _had_status(evidence: Evidence, expected: kinds.HadStatus) -> Fears:
    test = both(about(evidence, expected), by(expected.node))
    had = both(test, lambda item: item.body.status.value == expected.status)
    yield "never that", evidence.changed(without(had), expected.node)


def _retracted(evidence: Evidence, expected: kinds.Retracted) -> Fears:
    test = both(about(evidence, expected), lambda item: item.body.status is WarningStatus.RETRACTED)
    taken_back = [
        (node, item.body.warning)
        for node, items in evidence.items.items()
        for item in items
        if test(item) and item.head.origin == node
    ]
    for node, warning in taken_back:
        confirmed = _delivering(warning)
        silent = with_body(confirmed, lambda body: replace(body, shown_ns=None, acknowledged_ns=None))
        slow = with_body(
            confirmed,
            lambda body: replace(
                body,
                shown_ns=body.shown_ns and body.shown_ns + LATE_NS,
                acknowledged_ns=body.acknowledged_ns and body.acknowledged_ns + LATE_NS,
            ),
        )
        yield "never taken back", evidence.changed(without(test), node)
        yield "a holder is silent", evidence.changed(silent, node)
        yield "a holder is slow", evidence.changed(slow, node)
        yield "nobody held it", evidence.changed(without(confirmed), node)


def _delivering(warning: str) -> Test:
    return both(of(Delivery), lambda item: item.body.warning == warning)


def _elsewhere(point: PointEstimate) -> PointEstimate:
    return replace(point, latitude_rad=-point.latitude_rad, longitude_rad=point.longitude_rad + math.pi)


def _points(name: str) -> Callable[[Evidence, Any], Fears]:
    """Estimates of the node's own tracks, and what partners told it, with that point elsewhere or without it."""

    def spoilt(estimate: Estimate | None, moved: bool) -> Estimate | None:
        point = None if estimate is None else getattr(estimate, name)
        if estimate is None or point is None:
            return estimate
        return replace(estimate, **{name: _elsewhere(point) if moved else None})

    def row(evidence: Evidence, expected: Any) -> Fears:
        for node in expected.nodes:
            for moved in (True, False):

                def change(item: Item[Any], node: str = node, moved: bool = moved) -> Iterable[Item[Any]]:
                    body = item.body
                    if isinstance(body, Estimate):
                        return (replace(item, body=spoilt(body, moved)),)
                    if isinstance(body, Warning) and item.head.origin != node:
                        return (replace(item, body=replace(body, estimate=spoilt(body.estimate, moved))),)
                    return (item,)

                yield f"{node}'s {name} {'elsewhere' if moved else 'unknown'}", evidence.changed(change, node)

    return row


def _truth_flight_time(evidence: Evidence, expected: kinds.TruthFlightTime) -> Fears:
    launch = meant(evidence, expected)
    flight = evidence.flights[launch]
    told = next(one for one in evidence.scenario.launches if one.id == launch).reported
    said = [one.value for one in told if (one.field, one.reporter) == ("flight_s", expected.reporter)]
    flown_s = 2.0 * flight.flight_s if expected.inside else float(said[0])
    yield "flown otherwise", _with_flight(evidence, launch, remade(flight, flight_s=flown_s))


def _with_flight(evidence: Evidence, launch: str, flight: Flight) -> Evidence:
    return remade(evidence, flights={**evidence.flights, launch: flight})


def _areas_alerted(evidence: Evidence, expected: kinds.AreasAlerted) -> Fears:
    def less(*areas: str) -> Evidence:
        def spoil(body: Alert) -> Alert:
            return replace(body, areas=tuple(one for one in body.areas if areas and one.area not in areas))

        return evidence.changed(with_body(of(Alert), spoil), expected.node)

    for area in expected.includes:
        yield f"{area} is left out", less(area)
    if expected.least:
        yield "none is alerted", less()
    for area in expected.excludes or (("XX-99",) if expected.none else ()):
        yield f"{area} is alerted, too", _alerting(evidence, expected, area)


def _alerting(evidence: Evidence, expected: kinds.AreasAlerted, area: str) -> Evidence:
    """One area more, in an alert of its own on the launch's event."""
    test = about(evidence, expected)
    events = [
        item
        for item in evidence.items[expected.node]
        if isinstance(item.body, Event)
        and any(
            test(replace(item, head=replace(item.head, origin=one.origin), body=one.warning))
            for one in item.body.assessments
        )
    ]
    last = events[-1]
    alert = Alert(
        alert="spoilt", event=last.body.event, version=1, status="alert", time_ns=last.body.time_ns, area_set="",
        areas=(AreaRisk(area=area, kind="impact"),),
    )  # fmt: skip
    return _and(evidence, expected.node, replace(last, body=alert))


def _and(evidence: Evidence, node: str, item: Item[Any]) -> Evidence:
    """One item more at the end of a record."""
    return remade(evidence, items={**evidence.items, node: [*evidence.items[node], item]})


def _events(evidence: Evidence, expected: kinds.Events) -> Fears:
    own = [item for item in evidence.items[expected.node] if isinstance(item.body, Event) and item.body.assessments]
    another = replace(own[-1], body=replace(own[-1].body, event="spoilt"))
    yield "one too many", _and(evidence, expected.node, another)
    lost = both(of(Event), lambda item: item.body.event == own[-1].body.event)
    yield "one too few", evidence.changed(without(lost), expected.node)


def _exchange(evidence: Evidence, expected: kinds.Exchange) -> Fears:
    def foreign(node: str) -> Test:
        return both(of(Warning), lambda item: item.head.origin != node)

    spoilt, doubled = evidence, evidence
    for node in evidence.items:
        test = foreign(node)
        spoilt = spoilt.changed(without(test), node)
        doubled = doubled.changed(twice(test), node)
    yield "what was sent is not applied", spoilt
    yield "what came is applied twice", doubled
    yield "nothing stands behind what left", evidence.changed(without(of(Decision)))
    gone = both(of(Outgoing), lambda item: item.body.kind == "warning")
    yield "what came was never made for it", evidence.changed(without(gone))


def _acknowledged(evidence: Evidence, expected: kinds.Acknowledged) -> Fears:
    quiet = both(of(Alarm), lambda item: bool(item.body.acknowledged_by))
    yield "nobody acknowledges", evidence.changed(without(quiet), expected.node)
    later = with_body(quiet, lambda body: replace(body, time_ns=body.time_ns + LATE_NS))
    yield "acknowledged too late", evidence.changed(later, expected.node)


def _stance(evidence: Evidence, expected: kinds.StanceTaken) -> Fears:
    test = both(of(Stance), lambda item: (item.body.partner, item.body.about) == (expected.node, expected.origin))
    others = [node for node in evidence.items if node != expected.node]
    yield "nobody hears of it", evidence.changed(without(test), *others)
    other = Position.DIFFER if expected.position == "concur" else Position.CONCUR
    yield (
        "it is the other position",
        evidence.changed(with_body(test, lambda body: replace(body, position=other)), *others),
    )


def _seconds_gained(evidence: Evidence, expected: kinds.SecondsGained) -> Fears:
    def moved(held: list[Holding], by_ns: int) -> list[Holding]:
        return [replace(one, time_ns=one.time_ns + by_ns) for one in held]

    node = expected.node
    slow = {**evidence.linked, node: moved(evidence.linked[node], LATE_NS)}
    yield "warned later with links than without", remade(evidence, linked=slow)
    yield "nothing to compare with", remade(evidence, cut={**evidence.cut, node: []})


def _never_hears(evidence: Evidence, expected: kinds.NeverHears) -> Fears:
    test = both(about(evidence, expected), by(expected.origin))
    told = next(item for node in _farthest(evidence, expected.origin) for item in evidence.items[node] if test(item))
    truth = next(one for one in truths_of(evidence.scenario, evidence.flights) if one.id == meant(evidence, expected))
    at_ns = told.head.receipt_ns if expected.until_s is None else truth.from_ns + round(expected.until_s * S / 2)
    first, *rest = evidence.items[expected.node]
    label = replace(told.head.label, onward=("file", "review"))
    early = replace(told, head=replace(told.head, receipt_ns=at_ns, label=label))
    yield "it is told", remade(evidence, items={**evidence.items, expected.node: [first, early, *rest]})


def _farthest(evidence: Evidence, origin: str) -> list[str]:
    """All nodes, the originator's own last."""
    return sorted(evidence.items, key=lambda node: node == origin)


def _steered(estimate: Estimate) -> Estimate:
    """As one that falls by itself, and where."""
    place = estimate.launch or PointEstimate(latitude_rad=0.7, longitude_rad=2.2)
    return replace(estimate, ballistic=True, impact=place)


def _own_words(spoil: Callable[[Estimate], Estimate]) -> Callable[[Evidence, Any], Fears]:
    def row(evidence: Evidence, expected: Any) -> Fears:
        for node in expected.nodes:
            test = both(about(evidence, expected), by(node))
            known = both(test, lambda item: item.body.estimate is not None)
            change = with_body(known, lambda body: replace(body, estimate=spoil(body.estimate)))
            yield f"{node} says where it comes down", evidence.changed(change, node)
            yield f"{node} says nothing", evidence.changed(without(test), node)

    return row


def _falls_in_zone(evidence: Evidence, expected: kinds.FallsInZone) -> Fears:
    launch = meant(evidence, expected)
    zone = next(
        one
        for plan in evidence.scenario.launches
        if plan.id == launch
        for one in plan.zones
        if one.name == expected.zone
    )
    middle = math.radians((zone.south_deg + zone.north_deg) / 2), math.radians((zone.west_deg + zone.east_deg) / 2)
    where = (-middle[0], middle[1] + math.pi) if expected.inside else middle

    def there(flight: Flight) -> Flight:
        return remade(flight, impact_latitude_rad=where[0], impact_longitude_rad=where[1])

    flight = evidence.flights[launch]
    pieces = tuple(remade(one, flight=there(one.flight)) if one.name == zone.piece else one for one in flight.pieces)
    fallen = remade(there(flight) if zone.piece == "main" else flight, pieces=pieces)
    yield "it falls elsewhere", _with_flight(evidence, launch, fallen)


def _source_state(evidence: Evidence, expected: kinds.SourceState) -> Fears:
    accepted = accepted_states(expected.state)
    test = both(of(Freshness), lambda item: item.body.source == expected.source and item.body.state.value in accepted)
    other = next(one for one in FreshnessState if one.value not in accepted)
    yield (
        "another state is shown",
        evidence.changed(with_body(test, lambda body: replace(body, state=other)), expected.node),
    )
    yield "nothing is shown", evidence.changed(without(test), expected.node)


def _held(evidence: Evidence, expected: kinds.Held) -> Fears:
    test = both(of(Hold), by(expected.origin))
    standing = both(test, lambda item: item.body.state is HoldState.STANDING)
    lifted = both(test, lambda item: item.body.state is HoldState.LIFTED)
    yield "it never began", evidence.changed(without(test), expected.origin)
    for node in expected.nodes:
        if node != expected.origin:
            yield f"{node} hears of it too late", evidence.changed(late(standing), node)
        yield f"{node} never stands still", evidence.changed(without(test), node)
        yield f"{node} never hears that it is lifted", evidence.changed(without(lifted), node)
        yield f"{node}'s exercise time runs on", evidence.changed(late(lifted), node)


def _not_held(evidence: Evidence, expected: kinds.NotHeld) -> Fears:
    test = both(of(Hold), by(expected.origin))
    told = next(item for item in evidence.items[expected.origin] if test(item))
    for node in expected.nodes:
        yield f"{node} hears of it", _and(evidence, node, told)
    yield "it never began", evidence.changed(without(test), expected.origin)


def _statement_adopted(evidence: Evidence, expected: kinds.StatementAdopted) -> Fears:
    for node in expected.nodes:
        yield f"{node} hears of no statement", evidence.changed(without(of(JointStatement)), node)
        yield (
            f"a signature never comes to {node}",
            evidence.changed(
                with_body(of(JointStatement), lambda body: replace(body, missing=body.members[:1], adopted_ns=None)),
                node,
            ),
        )


def _signatures_missing(evidence: Evidence, expected: kinds.SignaturesMissing) -> Fears:
    yield "it hears of no statement", evidence.changed(without(of(JointStatement)), expected.node)
    yield (
        "nobody is named",
        evidence.changed(with_body(of(JointStatement), lambda body: replace(body, missing=())), expected.node),
    )


ROWS: dict[type, Callable[[Evidence, Any], Fears]] = {
    kinds.Warned: _warned,
    kinds.Hears: _hears,
    kinds.KnowsBeforeOwn: _knows_before_own,
    kinds.FinalStatus: _final_status,
    kinds.HadStatus: _had_status,
    kinds.Retracted: _retracted,
    kinds.ImpactD2: _points("impact"),
    kinds.LaunchD2: _points("launch"),
    kinds.LaunchError: _points("launch"),
    kinds.TruthFlightTime: _truth_flight_time,
    kinds.AreasAlerted: _areas_alerted,
    kinds.Events: _events,
    kinds.Exchange: _exchange,
    kinds.Acknowledged: _acknowledged,
    kinds.StanceTaken: _stance,
    kinds.SecondsGained: _seconds_gained,
    kinds.NeverHears: _never_hears,
    kinds.Irregular: _own_words(_steered),
    kinds.NoImpact: _own_words(_steered),
    kinds.FallsInZone: _falls_in_zone,
    kinds.SourceState: _source_state,
    kinds.Held: _held,
    kinds.NotHeld: _not_held,
    kinds.StatementAdopted: _statement_adopted,
    kinds.SignaturesMissing: _signatures_missing,
}
