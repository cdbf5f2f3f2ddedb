"""The sections of a review in the order of HSEEP's form, from the material of one session."""

from typing import Any

from bongsu.base.time import format_time
from bongsu.base.units import METRES_PER_KILOMETRE, ns_to_seconds
from bongsu.reports import charts, findings, replay, sections_measures
from bongsu.reports.document import Block, Bullets, Document, Heading, Paragraph, Plot, Replay, Section, Table
from bongsu.reports.material import Material
from bongsu.reports.opening import what_happened, what_sharing_bought
from bongsu.reports.texts import Text, code, plain, say
from bongsu.views.moments import Moment

_PLAN_ROWS_COUNT = 3
"""Blank rows of the improvement plan below those that the measures give."""


def document(material: Material) -> Document:
    """The whole review."""
    review = material.review
    mode = review.get("mode", "exercise")
    return Document(
        title=plain(material.title),
        mark=say(f"mark.{mode}"),
        opening=[what_happened(review, material.title), what_sharing_bought(review)],
        sections=[
            _overview(material),
            _objectives(material),
            _timeline(material),
            _replay(material),
            sections_measures.knew(material),
            sections_measures.sharing(material),
            sections_measures.latency(material),
            sections_measures.accuracy(material),
            sections_measures.areas(material),
            sections_measures.people(material),
            sections_measures.retractions(material),
            sections_measures.siap(material),
            sections_measures.times(material),
            _reported(material),
            _list("strengths", findings.strengths(review)),
            _list("improvements", findings.improvements(review)),
            _plan(findings.improvements(review)),
            _proof(material),
        ],
    )


def sentence(moment: Moment) -> Text:
    """What happened, in words."""
    given: dict[str, Any] = dict(moment.given)
    if moment.key in ("own_warning", "partner_warning"):
        given["state"] = code("status", given["state"])
        given["reason"] = say("moment.reason", reason=given["reason"]) if given["reason"] else ""
    elif moment.key == "alarm":
        given["reason"] = code("alarm_reason", given["reason"])
        given["by"] = say("moment.by", by=given["by"]) if given["by"] else ""
    elif moment.key == "alert":
        given["state"] = code("alert", given["state"])
    elif moment.key == "stance":
        given["state"] = code("position", given["state"])
    elif moment.key == "link":
        given["state"] = code("freshness", given["state"])
    return say(f"moment.{moment.key}", **given)


def _overview(material: Material) -> Section:
    review = material.review
    launches = review["launches"]
    true = [launch for launch in launches if launch["truth"] is not None]
    nations = [
        f"{node} – {material.names[node]}" if node in material.names else node
        for node in charts.nations_of(material) or sorted(material.names)
    ]
    speed = say("overview.speed_max") if review["speed"] == "max" else plain(review["speed"])
    met = sum(one["met"] for one in review["expectations"])
    rows = [
        [say("overview.event" if material.real else "overview.title"), plain(material.title)],
        [say("overview.teaches"), plain(material.teaches)] if material.teaches else [],
        [say("overview.scenario"), say("overview.seed", scenario=review["scenario"], seed=review["seed"])],
        [say("overview.mode"), code("mode", review.get("mode", "exercise"))],
        [say("overview.begun_real" if material.real else "overview.begun"), plain(format_time(material.start_ns, 0))],
        [say("overview.speed"), speed],
        [say("overview.participants"), plain("; ".join(nations))],
        [
            say("overview.launches"),
            say("overview.counts", launches=len(true), false=len(launches) - len(true)),
        ],
        [say("overview.expectations"), say("overview.met", met=met, asked=len(review["expectations"]))],
    ]
    if material.real:
        del rows[2], rows[4], rows[-1]
    head = [say("column.item"), say("column.value")]
    flights = [_flight(launch) for launch in launches]
    blocks: list[Block] = [Table(head, [row for row in rows if row])]
    if flights:
        blocks.append(Bullets(flights))
    return Section("overview", say("section.overview"), blocks)


def _flight(launch: dict[str, Any]) -> Text:
    truth = launch["truth"]
    if truth is None:
        return say("overview.false", id=launch["id"])
    told = {
        name: "–" if truth.get(key) is None else f"{truth[key] / scale:,.0f}"
        for name, key, scale in (
            ("apogee", "apogee_m", METRES_PER_KILOMETRE),
            ("range", "range_m", METRES_PER_KILOMETRE),
            ("flight", "flight_s", 1.0),
        )
    }
    place = f"{truth['latitude_deg']:.2f}, {truth['longitude_deg']:.2f}"
    return say("overview.flight", id=launch["id"], place=place, time=truth["time"], **told)


def _objectives(material: Material) -> Section:
    review = material.review
    if not review["expectations"]:
        empty = say("empty.objectives_real" if material.real else "empty.objectives")
        return Section("objectives", say("section.objectives"), [], empty)
    rated = [
        [
            plain(one["text"]) if one.get("text") else code("objective", one["objective"]),
            say(f"rating.{one['rating'] or 'none'}"),
            plain(f"{one['met']} / {one['asked']}"),
        ]
        for one in review.get("objectives", [])
    ]
    judged = [
        [plain(one["text"]), say("verdict.met" if one["met"] else "verdict.missed")] for one in review["expectations"]
    ]
    blocks: list[Block] = []
    if rated:
        head = [say("column.objective"), say("column.rating"), say("column.met")]
        blocks += [Table(head, rated, numeric=(2,)), Paragraph(say("rating.note"), "note")]
    blocks.append(Table([say("column.expected"), say("column.verdict")], judged))
    return Section("objectives", say("section.objectives"), blocks)


def _timeline(material: Material) -> Section:
    if not material.moments:
        return Section("timeline", say("section.timeline"), [], say("empty.timeline"))
    rows = [
        [plain(f"{ns_to_seconds(one.time_ns - material.start_ns):.1f}"), plain(one.node), sentence(one)]
        for one in material.moments
    ]
    head = [say("column.second"), say("column.node"), say("column.what")]
    plot = Plot(say("plot.time_line"), charts.time_line(material), 3.0)
    blocks: list[Block] = [plot, Table(head, rows, numeric=(0,))]
    return Section("timeline", say("section.timeline"), _msel(material) + blocks)


def _msel(material: Material) -> list[Block]:
    """The master scenario events list as planned, where the scenario has one."""
    if not material.msel:
        return []
    head = [say(f"column.{name}") for name in _MSEL]
    rows = [[plain(cell or "–") for cell in row] for row in material.msel]
    return [Heading(say("timeline.msel")), Table(head, rows, numeric=(0,)), Heading(say("timeline.happened"))]


_MSEL = ("second", "event", "expected_action", "objective", "controller", "inject", "player")


def _replay(material: Material) -> Section:
    data = replay.data(material, sentence)
    if data is None:
        return Section("replay", say("section.replay"), [], say("empty.replay"))
    return Section("replay", say("section.replay"), [Replay(data)])


def _reported(material: Material) -> Section:
    title = say("section.reported")
    if not material.reported:
        return Section("reported", title, [], say("empty.reported_real" if material.real else "empty.reported"))
    head = [say("column.reporter"), say("column.said"), say("column.source")]
    rows = [[plain(value or "–") for value in row] for row in material.reported]
    return Section("reported", title, [Table(head, rows), Paragraph(say("reported.note"), "note")])


def _list(name: str, items: list[Text]) -> Section:
    return Section(name, say(f"section.{name}"), [Bullets(items)] if items else [], say(f"empty.{name}"))


def _plan(items: list[Text]) -> Section:
    names = ("issue", "action", "owner", "contact", "start", "finish")
    blank = plain("")
    rows = [[item, *[blank] * (len(names) - 1)] for item in items] + [[blank] * len(names)] * _PLAN_ROWS_COUNT
    table = Table([say(f"column.{name}") for name in names], rows, blank=True)
    return Section("plan", say("section.plan"), [Paragraph(say("plan.note"), "note"), table])


def _proof(material: Material) -> Section:
    review = material.review
    method = say("proof.definitions_estimate" if material.real else "proof.definitions")
    rows = [
        [say("proof.digest"), plain(review["digest"])],
        [say("proof.outcome"), plain(review["outcome_digest"])],
    ]
    head = [say("column.item"), say("column.value")]
    blocks: list[Block] = [Paragraph(method), Table(head, rows), Paragraph(say("proof.check"), "note")]
    return Section("proof", say("section.proof"), blocks)
