"""The sections of a review that show measures: what was known when, sharing, latency, accuracy, areas, persons, retractions, the air picture, times."""

from collections.abc import Iterator
from typing import Any

from bongsu.reports import charts
from bongsu.reports.document import Block, Heading, Paragraph, Plot, Section, Table
from bongsu.reports.material import Material
from bongsu.reports.texts import Text, code, figure, names, plain, say

_TRUTH_MEASURES = (
    ("completeness", 2),
    ("time_completeness", 2),
    ("ambiguity", 2),
    ("time_ambiguity", 2),
    ("spurious", 2),
    ("spurious_s", 1),
    ("position_error_m", 0),
    ("velocity_error_m_s", 1),
    ("continuity", 2),
    ("id_changes", 0),
)
_PAIR_MEASURES = (
    ("common", 2),
    ("time_common", 2),
    ("status_agree", 3),
    ("position_apart_m", 0),
    ("launch_apart_km", 2),
    ("impact_apart_km", 2),
)
_MACHINE = (
    ("look_to_warning_s", "machine_look"),
    ("issue_to_receipt_s", "machine_receipt"),
    ("warning_to_alarm_s", "machine_alarm"),
    ("warning_to_areas_s", "machine_areas"),
)
_HUMAN = (
    ("alarm_to_acknowledged_s", "human_acknowledged"),
    ("warning_to_stance_s", "human_stance"),
    ("warning_to_retraction_s", "human_retraction"),
)


def _each(material: Material) -> Iterator[tuple[dict[str, Any], str, dict[str, Any]]]:
    for launch in material.review["launches"]:
        for node, at in sorted(launch["nodes"].items()):
            yield launch, node, at


def _head(*keys: str) -> list[Text]:
    return [say(f"column.{key}") for key in keys]


def knew(material: Material) -> Section:
    """Who knew what of each launch, and when; ground track and altitude."""
    title = say("section.knew")
    rows = [
        [
            plain(launch["id"]),
            plain(node),
            figure(at["first_detection_s"]),
            figure(at["first_own_warning_s"]),
            figure(at["first_partner_warning_s"]),
            figure(at["first_alert_s"]),
            names(at["partners_heard"]),
            code("status", at["final_status"]) if at["final_status"] else plain("–"),
        ]
        for launch, node, at in _each(material)
    ]
    if not rows:
        return Section("knew", title, [], say("empty.knew"))
    head = _head("launch", "node", "first_look", "own_warning", "partner_warning", "first_alert", "heard", "ended")
    blocks: list[Block] = [Table(head, rows, numeric=(2, 3, 4, 5)), Paragraph(say("knew.note"), "note")]
    if material.flights or material.flown:
        blocks.append(Plot(say("plot.ground_track"), charts.ground_track(material), 5.6))
        blocks.append(Plot(say("plot.altitude"), charts.altitude(material), 3.2))
    return Section("knew", title, blocks)


def sharing(material: Material) -> Section:
    """Seconds gained and ellipses shrunk."""
    title = say("section.sharing")
    bought = material.review["sharing"]
    if not bought:
        return Section("sharing", title, [], say("empty.sharing"))
    rows = [
        [plain(node), figure(gain["seconds_gained"]), figure(gain["ellipse_shrink"], 2)]
        for node, gain in sorted(bought.items())
    ]
    table = Table(_head("node", "gained", "shrink"), rows, numeric=(1, 2))
    return Section("sharing", title, [table, Paragraph(say("sharing.note"), "note")])


def latency(material: Material) -> Section:
    """How quick the exchange was, what became of its messages, and how fresh partners were known to be."""
    exchange = material.review["exchange"]
    counts = {name: exchange[name] for name in ("sent", "delivered", "lost", "refused", "leaked")}
    blocks: list[Block] = []
    took = exchange["latency_ms"]
    if took is None:
        blocks.append(Paragraph(say("empty.latency")))
    else:
        told = {name: f"{took[name]:,.1f}" for name in ("p50", "p99", "max")}
        blocks.append(Paragraph(say("latency.line", **told)))
        if material.latencies_ms:
            blocks.append(Plot(say("plot.latency"), charts.latency(material), 2.8))
    waited = exchange.get("waited_ms")
    if waited is not None:
        told = {name: f"{waited[name]:,.1f}" for name in ("p50", "p99", "max")}
        blocks.append(Paragraph(say("latency.waited", **told)))
    blocks.append(Paragraph(say("latency.exchange", twice=exchange["applied_twice"], **counts)))
    rows = [
        [plain(node), plain(partner), *(figure(shares[state] * 100.0) for state in _FRESH)]
        for node, partners in sorted(material.review.get("freshness", {}).items())
        for partner, shares in partners.items()
    ]
    if rows:
        head = _head("node", "partner", *_FRESH)
        blocks += [Paragraph(say("latency.fresh")), Table(head, rows, numeric=(2, 3, 4, 5))]
    return Section("latency", say("section.latency"), blocks)


_FRESH = ("fresh", "stale", "catching_up", "unknown")


def accuracy(material: Material) -> Section:
    """Errors of launch and impact, and how the error of the impact fell."""
    title = say("section.accuracy_estimate" if material.real else "section.accuracy")
    rows = [
        [
            plain(launch["id"]),
            plain(node),
            figure(at["launch_error_km"]),
            figure(at["launch_d2"], 2),
            figure(at["impact_error_km"][-1][1] if at["impact_error_km"] else None, 2),
            figure(at["impact_d2"], 2),
        ]
        for launch, node, at in _each(material)
        if launch["truth"] is not None
    ]
    if not rows:
        return Section("accuracy", title, [], say("empty.accuracy"))
    head = _head("launch", "node", "launch_error", "launch_d2", "impact_error", "impact_d2")
    note = Paragraph(say("accuracy.estimate" if material.real else "accuracy.note"), "note")
    plot = Plot(say("plot.impact_error"), charts.impact_error(material), 3.2)
    return Section("accuracy", title, [Table(head, rows, numeric=(2, 3, 4, 5)), note, plot])


def areas(material: Material) -> Section:
    """Hits, misses and areas beyond need."""
    rows = []
    for launch, node, at in _each(material):
        risk, alerted = at["areas_at_risk"], at["areas_alerted"]
        if risk or alerted:
            hit = [area for area in alerted if area in risk]
            missed = [area for area in risk if area not in alerted]
            extra = [area for area in alerted if area not in risk]
            rows.append(
                [plain(launch["id"]), plain(node), *(names(one) for one in (risk, alerted, hit, missed, extra))]
            )
    head = _head("launch", "node", "at_risk", "alerted", "hit", "missed", "extra")
    blocks: list[Block] = [Table(head, rows)] if rows else []
    if rows and material.real:
        blocks.append(Paragraph(say("areas.estimate"), "note"))
    return Section("areas", say("section.areas"), blocks, say("empty.areas"))


def people(material: Material) -> Section:
    """Who acknowledged what, when; who concurs, who differs."""
    title = say("section.people")
    answered = [
        [plain(one["launch"]), plain(one["node"]), _answer(one), _by(one)]
        for one in material.review.get("times", [])
        if one["warning_to_alarm_s"] is not None or one["acknowledged_by"]
    ]
    stances = [
        [
            plain(one["launch"]),
            plain(one["by"]),
            plain(one["about"]),
            code("position", one["position"]),
            names(one["fields"]),
            figure(one["at_s"]),
        ]
        for one in material.review.get("stances", [])
    ]
    if not answered and not stances:
        return Section("people", title, [], say("empty.people"))
    blocks: list[Block] = []
    if answered:
        blocks.append(Table(_head("launch", "node", "acknowledged", "by"), answered, numeric=(2,)))
    if stances:
        head = _head("launch", "node", "about", "position", "fields", "at")
        blocks.append(Table(head, stances, numeric=(5,)))
    else:
        blocks.append(Paragraph(say("empty.stances")))
    return Section("people", title, blocks)


def _answer(one: dict[str, Any]) -> Text:
    took = one["alarm_to_acknowledged_s"]
    return figure(took) if took is not None else say("people.unanswered")


def _by(one: dict[str, Any]) -> Text:
    if not one["acknowledged_by"]:
        return plain("–")
    return say("people.scripted", by=one["acknowledged_by"]) if one["scripted"] else plain(one["acknowledged_by"])


def retractions(material: Material) -> Section:
    """How each retraction reached its holders, to the last."""
    title = say("section.retractions")
    rows = [
        [
            plain(one["event"]),
            plain(one["origin"]),
            figure(one["retracted_s"]),
            plain(one["holders"]),
            plain(one["confirmed"]),
            *(
                figure(one[share], 2) if one[share] is not None else say("retractions.unconfirmed")
                for share in ("p50_s", "p95_s", "p100_s")
            ),
        ]
        for one in material.review["retractions"]
    ]
    if not rows:
        return Section("retractions", title, [], say("empty.retractions"))
    head = _head("warning", "by", "at", "holders", "confirmed", "half", "most", "all")
    table = Table(head, rows, numeric=(2, 3, 4, 5, 6, 7))
    blocks: list[Block] = [table, Paragraph(say("retractions.note"), "note")]
    for one in material.review["retractions"]:
        blocks += _at_each_holder(one)
    return Section("retractions", title, blocks)


def _at_each_holder(one: dict[str, Any]) -> list[Block]:
    """A row a holder and a row a console of it; then those who cannot confirm."""
    never = say("retractions.unconfirmed")
    rows = []
    for holder in one.get("recipients", []):
        times = [figure(holder[key], 2) if holder[key] is not None else never for key in ("received_s", "confirmed_s")]
        rows.append([plain(one["event"]), plain(holder["recipient"]), plain("–"), *times])
        for console, confirmed_s in holder["consoles"].items():
            shown = never if confirmed_s is None else figure(confirmed_s, 2)
            rows.append([plain(one["event"]), plain(holder["recipient"]), plain(console), plain("–"), shown])
    if not rows:
        return []
    head = _head("warning", "partner", "console", "received", "shown_back")
    blocks: list[Block] = [Table(head, rows, numeric=(3, 4))]
    return blocks + [
        Paragraph(say(f"retractions.{key}", event=one["event"], names=", ".join(one[key])), "note")
        for key in ("apart", "onward")
        if one.get(key)
    ]


def siap(material: Material) -> Section:
    """The picture against the truth and between partners."""
    title = say("section.siap")
    told = material.review.get("siap") or {}
    if not any(launch["truth"] is not None for launch in material.review["launches"]):
        return Section("siap", title, [], say("empty.siap"))
    nodes: dict[str, dict[str, Any]] = told.get("nodes", {})
    blocks: list[Block] = [Heading(say("siap.truth"))]
    if nodes:
        rows = [
            [
                say(f"siap.{name}"),
                *(figure(at.get(name), digits) for at in nodes.values()),
                figure(told.get(name), digits),
            ]
            for name, digits in _TRUTH_MEASURES
        ]
        head = [say("column.measure"), *(plain(node) for node in nodes), say("column.mean")]
        blocks.append(Table(head, rows, numeric=tuple(range(1, len(head)))))
    else:
        blocks.append(Paragraph(say("siap.no_truth")))
    pairs: dict[str, dict[str, Any]] = told.get("partners", {})
    if not pairs:
        blocks += [Heading(say("siap.partners")), Paragraph(say("siap.alone"))]
    else:
        rows = [
            [say(f"siap.{name}"), *(figure(pair[name], digits) for pair in pairs.values())]
            for name, digits in _PAIR_MEASURES
        ]
        rows.append([say("siap.lag_s"), *(_lag(pair["lag_s"]) for pair in pairs.values())])
        head = [say("column.measure"), *(plain(pair) for pair in pairs)]
        blocks += [Heading(say("siap.partners")), Table(head, rows, numeric=tuple(range(1, len(head))))]
    blocks.append(Paragraph(say("siap.note"), "note"))
    return Section("siap", title, blocks)


def _lag(lag: dict[str, Any]) -> Text:
    return plain("–") if lag["p50"] is None else plain(f"{lag['p50']:.2f}; {lag['max']:.2f}")


def times(material: Material) -> Section:
    """Machine and human seconds in columns of their own."""
    title = say("section.times")
    told = material.review.get("times", [])
    names_of = (*_MACHINE, *_HUMAN)
    rows = [
        [plain(one["launch"]), plain(one["node"]), *(figure(one[name], 2) for name, _ in names_of)]
        for one in told
        if any(one[name] is not None for name, _ in names_of)
    ]
    if not rows:
        return Section("times", title, [], say("empty.times"))
    head = _head("launch", "node", *(key for _, key in names_of))
    note = Paragraph(say("times.note_real" if material.real else "times.note"), "note")
    return Section("times", title, [Table(head, rows, numeric=tuple(range(2, len(head)))), note])
