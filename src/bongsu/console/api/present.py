"""Turns a picture (SI, radians, nanoseconds) into what pages read: degrees, kilometres, RFC 3339. Field names carry the unit."""

from typing import Any

from bongsu.base.time import format_time
from bongsu.base.units import METRES_PER_KILOMETRE, degrees
from bongsu.geo.areas.places import Place
from bongsu.model.alert import Alert
from bongsu.model.consultation import Consultation
from bongsu.model.estimate import Estimate, PointEstimate
from bongsu.model.event import Assessment
from bongsu.model.head import Now
from bongsu.model.pending import Pending
from bongsu.model.register import Register
from bongsu.model.statement import JointStatement
from bongsu.views.shape import Difference, EventView, Line, PathView, PictureView, RecipientView, SourceView, Watch
from bongsu.views.takebacks import TakeBackView

Json = dict[str, Any]


def time_text(time_ns: int | None) -> str | None:
    """RFC 3339 with milliseconds, or None."""
    return None if time_ns is None else format_time(time_ns, 3)


def _km(metres: float | None) -> float | None:
    return None if metres is None else round(metres / METRES_PER_KILOMETRE, 3)


def _deg(radians: float | None) -> float | None:
    return None if radians is None else round(degrees(radians), 5)


def point(estimate: PointEstimate | None) -> Json | None:
    """A place on the ground with its 95 % ellipse."""
    if estimate is None:
        return None
    return {
        "latitude_deg": _deg(estimate.latitude_rad),
        "longitude_deg": _deg(estimate.longitude_rad),
        "time": time_text(estimate.time_ns),
        "sigma_time_s": estimate.sigma_time_s,
        "semi_major_km": _km(estimate.semi_major_m),
        "semi_minor_km": _km(estimate.semi_minor_m),
        "bearing_deg": _deg(estimate.bearing_rad),
    }


def figures(estimate: Estimate | None) -> Json | None:
    """What is concluded of a flight."""
    if estimate is None:
        return None
    return {
        "time": time_text(estimate.time_ns),
        "launch": point(estimate.launch),
        "impact": point(estimate.impact),
        "apogee_km": _km(estimate.apogee_m),
        "range_km": _km(estimate.range_m),
        "bearing_deg": _deg(estimate.bearing_rad),
        "ballistic": estimate.ballistic,
    }


def assessment(body: Assessment) -> Json:
    """One originator's newest word."""
    warning = body.warning
    return {
        "origin": body.origin,
        "basis": body.basis,
        "warning": warning.warning,
        "version": warning.version,
        "status": warning.status,
        "time": time_text(warning.time_ns),
        "first": time_text(body.first_ns),
        "reason": warning.reason,
        "superseded_by": warning.superseded_by,
        "estimate": figures(warning.estimate),
    }


def difference(body: Difference) -> Json:
    """A field in which reporters differ; its unit becomes part of the field's name."""
    match body.field:
        case "apogee_m" | "range_m":
            values = {origin: _km(float(value)) for origin, value in body.values}
            return {"field": body.field[:-2] + "_km", "values": values, "spread": _km(body.spread)}
        case "launch_time" | "impact_time":
            return {
                "field": body.field,
                "values": {origin: time_text(int(value)) for origin, value in body.values},
                "spread": body.spread,
            }
        case "launch_point" | "impact_point":
            return {
                "field": body.field,
                "values": {origin: None for origin, _ in body.values},
                "spread": _km(body.spread),
            }
    return {"field": body.field, "values": dict(body.values), "spread": None}


def delivery(body: RecipientView) -> Json:
    """How far a warning of ours has come at one recipient."""
    return {
        "recipient": body.recipient,
        "warning": body.warning,
        "version": body.version,
        "status": body.status,
        "sent": time_text(body.sent_ns),
        "received": time_text(body.received_ns),
        "received_version": body.received_version,
        "shown": time_text(body.shown_ns),
        "shown_version": body.shown_version,
        "acknowledged": time_text(body.acknowledged_ns),
        "acknowledged_version": body.acknowledged_version,
    }


def take_back(body: TakeBackView) -> Json:
    """Who still shows a warning of ours that was taken back, and who cannot confirm."""
    return {
        "warning": body.warning,
        "version": body.version,
        "status": body.status,
        "time": time_text(body.time_ns),
        "open": body.open,
        "holders": [
            {
                "recipient": one.recipient,
                "version": one.version,
                "received": time_text(one.received_ns),
                "confirmed": time_text(one.confirmed_ns),
                "consoles": [
                    {"console": screen.console, "version": screen.version, "confirmed": time_text(screen.confirmed_ns)}
                    for screen in one.consoles
                ],
            }
            for one in body.holders
        ],
        **body.shares_s,
        "apart": list(body.apart),
        "onward": list(body.onward),
    }


def alert(body: Alert | None) -> Json | None:
    """Areas at risk; their names stand in the packaged area file of the same version."""
    if body is None:
        return None
    return {
        "alert": body.alert,
        "version": body.version,
        "status": body.status,
        "time": time_text(body.time_ns),
        "area_set": body.area_set,
        "areas": [
            {
                "area": risk.area,
                "kind": risk.kind,
                "time": time_text(risk.time_ns),
                "rung": risk.rung.value,
                "probability": risk.probability,
            }
            for risk in body.areas
        ],
        "basis": list(body.basis),
    }


def consultation(body: Consultation) -> Json:
    """A circle's positions on an event."""
    return {
        "circle": body.circle,
        "version": body.version,
        "opened": time_text(body.opened_ns),
        "members": list(body.members),
        "stances": [
            {
                "partner": stance.partner,
                "about": stance.about,
                "warning": stance.warning,
                "version": stance.version,
                "position": stance.position,
                "fields": list(stance.fields),
                "reason": stance.reason,
            }
            for stance in body.stances
        ],
    }


def register(body: Register) -> Json:
    """Who says what of each figure (SI; the fields are the ledger's), and on which of them all who state them agree."""
    return {
        "version": body.version,
        "time": time_text(body.time_ns),
        "claims": [
            {
                "claim": claim.id,
                "reporter": claim.reporter,
                "field": claim.field,
                "value": claim.value,
                "bound": "about",
                "precision": claim.precision,
                "said": time_text(claim.said_ns),
                "corrects": claim.corrects,
            }
            for claim in body.claims
        ],
        "figures": [
            {"field": one.field, "spread": one.spread, "agreed": one.agreed, "reporters": list(one.reporters)}
            for one in body.figures
        ],
    }


def statement(body: JointStatement) -> Json:
    """A joint statement: its texts by language, who has signed or refused it, who is missing."""
    return {
        "statement": body.statement.statement,
        "version": body.statement.version,
        "status": body.statement.status,
        "circle": body.statement.circle,
        "drafter": body.drafter,
        "event": body.event,
        "digest": body.digest,
        "time": time_text(body.time_ns),
        "texts": dict(body.statement.texts),
        "members": list(body.members),
        "votes": [
            {"partner": vote.partner, "vote": vote.vote, "time": time_text(vote.time_ns), "reason": vote.reason}
            for vote in body.votes
        ],
        "missing": list(body.missing),
        "adopted": time_text(body.adopted_ns),
        "adopted_before": body.adopted_before,
    }


def waiting(body: Pending) -> Json:
    """What waits before it may leave, or how that was decided, by whom and when."""
    return {
        "pending": body.pending,
        "state": body.state,
        "action": body.action,
        "rule": body.rule,
        "reason": body.reason,
        "recipient": body.recipient,
        "kind": body.kind,
        "subject": body.subject,
        "item": body.item,
        "field": body.field,
        "version": body.version,
        "since": time_text(body.since_ns),
        "due": time_text(body.due_ns),
        "decided": time_text(body.decided_ns),
        "by": body.by,
        "role": body.role,
        "note": body.note,
    }


def town(body: Place) -> Json:
    """A town near an impact; its population is an indication of its size and is not sent."""
    return {"names": body.names, "country": body.country, "distance_km": round(body.distance_m / METRES_PER_KILOMETRE)}


def event(view: EventView) -> Json:
    """One event with all that is said of it."""
    alarm = view.alarm
    return {
        "event": view.event,
        "version": view.version,
        "mode": view.mode,
        "time": time_text(view.time_ns),
        "first": time_text(view.first_ns),
        "open": view.open,
        "live": view.live,
        "reason": view.reason,
        "changed_by": view.changed_by,
        "assessments": [assessment(body) for body in view.assessments],
        "fused": figures(view.fused),
        "own_track": view.own_track,
        "towns": [town(one) for one in view.towns],
        "differences": [difference(body) for body in view.differences],
        "alarm": alarm
        and {
            "state": alarm.state,
            "event_version": alarm.event_version,
            "time": time_text(alarm.time_ns),
            "raised": time_text(alarm.raised_ns),
            "reason": alarm.reason,
            "acknowledged_by": alarm.acknowledged_by,
            "scripted": alarm.scripted,
            "changed_by": alarm.changed_by,
            "by": alarm.by,
            "level": alarm.level,
            "until": time_text(alarm.until_ns),
        },
        "alert": alert(view.alert),
        "deliveries": [delivery(body) for body in view.deliveries],
        "takebacks": [take_back(body) for body in view.takebacks],
        "consultations": [consultation(body) for body in view.consultations],
        "register": None if view.register is None else register(view.register),
    }


def path(view: PathView) -> Json:
    """The way of one object: rows of longitude, latitude (degrees) and altitude (km), oldest first."""
    rows = [[_deg(row.longitude_rad), _deg(row.latitude_rad), _km(row.altitude_m)] for row in view.points]
    newest = view.points[-1]
    return {
        "origin": view.origin,
        "warning": view.warning,
        "phase": view.phase,
        "time": time_text(newest.time_ns),
        "points": rows,
    }


def source(view: SourceView) -> Json:
    """Freshness of one partner, sensor or console."""
    return {
        "source": view.source,
        "kind": view.kind,
        "state": view.state,
        "last": time_text(view.last_ns),
        "clock_offset_s": view.clock_offset_s,
        "missing": view.missing,
        "reported": view.reported,
        "attended": view.attended,
        "recorded": view.recorded,
    }


def line(view: Line) -> Json:
    """One line of the watch log."""
    return {
        "time": time_text(view.time_ns),
        "key": view.key,
        "about": view.about,
        "origin": view.origin,
        "version": view.version,
        "state": view.state,
        "reason": view.reason,
        "text": view.text,
    }


def clock(now: Now, newest: Now, speed: float, paused: bool) -> Json:
    """The node's times at this moment and those of its newest item: their difference is how long the core has said nothing."""
    return {
        "exercise": time_text(now.exercise_ns),
        "link": time_text(now.link_ns),
        "core_link": time_text(newest.link_ns),
        "speed": speed,
        "paused": paused,
    }


def node(view: PictureView) -> Json:
    """Who shows this, in which mode, and what may be said in one word."""
    return {
        "node": view.node,
        "country": view.country,
        "mode": view.mode,
        "modes": list(view.modes),
        "exercise": view.exercise,
        "partners": list(view.partners),
        "roles": list(view.roles),
        "called": view.called,
        "area_set": view.area_set,
        "watch": watch(view.watch),
        "situation": view.situation,
        "unproved": list(view.unproved),
        "holds": [
            {
                "hold": one.hold,
                "version": one.version,
                "origin": one.origin,
                "begun": time_text(one.begun_ns),
                "shared": one.shared,
            }
            for one in view.holds
        ],
    }


def watch(body: Watch | None) -> Json | None:
    """Who has the watch."""
    if body is None:
        return None
    return {
        "person": body.person,
        "role": body.role,
        "since": time_text(body.since_ns),
        "before": body.before,
        "note": body.note,
    }


def doors(view: PictureView) -> Json:
    """What was not let in, lost or not understood, and the state of the node's world."""
    return {
        "refused_count": view.refused_count,
        "refusals": [
            {"door": row.door, "reason": row.reason, "source": row.source, "count": row.count} for row in view.refusals
        ],
        "dropped": view.dropped,
        "health": [{"part": body.part, "state": body.state, "text": body.text} for body in view.health],
        "unreadable": [
            {"issuer": issuer, "kind": kind, "time": time_text(time_ns)} for issuer, kind, time_ns in view.unreadable
        ],
    }
