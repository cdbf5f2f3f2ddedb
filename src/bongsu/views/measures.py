"""Measures of a drill: what each nation knew of each launch, and when, set against the truth. Pure folds over what `folded.py` has gathered."""

import math

import msgspec
import numpy as np

from bongsu.base.limits_alerts import OVERFLIGHT_HALF_WIDTH_M
from bongsu.geo.areas import AreaSet
from bongsu.geo.frames import ecef_to_geodetic, ecef_to_range_azimuth_elevation, enu_axes, geodetic_to_ecef
from bongsu.model.alarm import AlarmState
from bongsu.model.alert import Alert, Rung
from bongsu.model.estimate import Estimate, PointEstimate
from bongsu.model.event import Event
from bongsu.model.scan import RawScan
from bongsu.model.sensor import Sensor
from bongsu.model.warning import WarningStatus
from bongsu.views.folded import Folded, Said, event_subject
from bongsu.views.review import AtNode
from bongsu.views.truth import Truth, d2_of, error_m

Subjects = dict[tuple[str, str], str]
"""Which truth each warning, by originator and id, is of (`folded.subjects`)."""

ALERT_LEVELS = ("province", "islands")
"""Levels at which areas are alerted: those of the room *alert*."""
_GATE_SIGMAS = 6.0
"""A plot this near to the true place is of the object: one false plot in many drills is."""
_SERIES_S = 5.0
"""Spacing of the told errors of impact."""
_PATH_M = 50_000.0
"""Spacing of the points of a true ground track when areas are asked for."""
_RANK = (
    WarningStatus.IMPACTED,
    WarningStatus.PASSED,
    WarningStatus.LOST,
    WarningStatus.UPDATE,
    WarningStatus.INITIAL,
    WarningStatus.SUPERSEDED,
    WarningStatus.RETRACTED,
)
"""Which of several partners' last statuses stands when a nation has no word of its own."""


class Facts(msgspec.Struct, eq=False):
    """What one nation knew of one launch: the review's figures, and what expectations ask beyond them."""

    at: AtNode
    heard_s: dict[str, float]
    statuses: list[str]
    acknowledged_s: float | None


def facts(folded: Folded, truth: Truth, known: Subjects, areas: AreaSet, country: str) -> Facts:
    """All measures of one node and one launch."""
    said = [one for one in folded.said if known.get((one.origin, one.warning.warning)) == truth.id]
    own = [one for one in said if one.origin == folded.node]
    heard: dict[str, float] = {}
    for one in said:
        if one.origin != folded.node:
            heard.setdefault(one.origin, truth.seconds(one.time_ns))
    events = _events_of(folded, truth, known)
    alerts = [alert for alert in folded.alerts if alert.event in events]
    estimates = _estimates(folded, own) or [one.warning.estimate for one in said if one.warning.estimate is not None]
    alerted = _alerted(alerts)
    at_risk = areas_at_risk(truth, areas, country) if truth.real else []
    launch = _last_point(estimates, "launch")
    impact = _last_point(estimates, "impact")
    at = AtNode(
        first_detection_s=first_detection_s(folded, truth),
        first_own_warning_s=truth.seconds(own[0].time_ns) if own else None,
        first_partner_warning_s=min(heard.values(), default=None),
        first_alert_s=min((truth.seconds(one.time_ns) for one in alerts if one.status == "alert"), default=None),
        launch_error_km=None if launch is None or not truth.real else _km(error_m(launch, truth.launch_rad)[0]),
        launch_d2=None if launch is None or not truth.real else _figure(d2_of(launch, truth.launch_rad)),
        impact_error_km=_impact_errors(estimates, truth),
        impact_d2=None
        if impact is None or not truth.real or truth.impact_rad is None
        else _figure(d2_of(impact, truth.impact_rad)),
        partners_heard=sorted(heard),
        final_status=_final_status(said, folded.node),
        areas_alerted=alerted,
        areas_at_risk=at_risk,
        areas_over_alerted=sorted(set(alerted) - set(at_risk)),
        areas_missed=sorted(set(at_risk) - set(alerted)),
    )
    statuses = [one.warning.status.value for one in own]
    return Facts(at, heard, statuses, _acknowledged_s(folded, truth, events))


def first_detection_s(folded: Folded, truth: Truth) -> float | None:
    """When the node's own sensors first plotted the object: the first plot that lies within the gate around its true place."""
    times = [_first_plot_ns(scans, folded.sensors[sensor], truth) for sensor, scans in _by_sensor(folded.scans).items()]
    seen = [time_ns for time_ns in times if time_ns is not None]
    return truth.seconds(min(seen)) if seen else None


def areas_at_risk(truth: Truth, areas: AreaSet, country: str) -> list[str]:
    """The nation's areas that were really hit or overflown, by the same rule as alerts: impact without an ellipse, true ground track."""
    hit = (
        ()
        if truth.impact_rad is None
        else areas.touching_ellipse(*truth.impact_rad, 0.0, 0.0, 0.0, levels=ALERT_LEVELS)
    )
    track = np.array([ecef_to_geodetic(np.ascontiguousarray(row))[:2] for row in _thinned(truth.path_ecef_m)])
    over = areas.near_path(track, OVERFLIGHT_HALF_WIDTH_M, levels=ALERT_LEVELS)
    touched = {*hit, *(touch.area for touch in over)}
    return sorted(area for area in touched if (known := areas.get(area)) is not None and known.country == country)


def _events_of(folded: Folded, truth: Truth, known: Subjects) -> dict[str, Event]:
    return {
        versions[-1].event: versions[-1]
        for versions in folded.events.values()
        if any(event_subject(version, known) == truth.id for version in versions[-1:])
    }


def _estimates(folded: Folded, own: list[Said]) -> list[Estimate]:
    """All estimates behind a node's own warnings of a launch, in time order."""
    tracks = dict.fromkeys(one.warning.track for one in own if one.warning.track is not None)
    return sorted(
        (estimate for track in tracks for estimate in folded.estimates.get(track, [])), key=lambda one: one.time_ns
    )


def _last_point(estimates: list[Estimate], name: str) -> PointEstimate | None:
    points = [point for estimate in estimates if (point := getattr(estimate, name)) is not None]
    return points[-1] if points else None


def _impact_errors(estimates: list[Estimate], truth: Truth) -> list[tuple[float, float]]:
    """Errors of the predicted impact over time, thinned; the last one always stays."""
    if not truth.real or truth.impact_rad is None:
        return []
    told: list[tuple[float, float]] = []
    known = [one for one in estimates if one.impact is not None]
    for estimate in known:
        time_s = truth.seconds(estimate.time_ns)
        if not told or time_s >= told[-1][0] + _SERIES_S or estimate is known[-1]:
            assert estimate.impact is not None
            told.append((time_s, _km(error_m(estimate.impact, truth.impact_rad)[0])))
    return told


def _final_status(said: list[Said], node: str) -> str | None:
    """The node's own last status; without one, the first in `_RANK` of its partners' last ones."""
    last: dict[tuple[str, str], WarningStatus] = {}
    for one in said:
        last[one.origin, one.warning.warning] = one.warning.status
    own = [status for (origin, _), status in last.items() if origin == node]
    standing = own or list(last.values())
    return min(standing, key=_RANK.index).value if standing else None


def _alerted(alerts: list[Alert]) -> list[str]:
    return sorted({risk.area for alert in alerts for risk in alert.on_rung(Rung.ALERT)})


def _acknowledged_s(folded: Folded, truth: Truth, events: dict[str, Event]) -> float | None:
    quiet = (AlarmState.ACTIVE_ACKNOWLEDGED, AlarmState.NORMAL)
    times = [
        alarm.time_ns
        for alarm in folded.alarms
        if alarm.event in events and alarm.state in quiet and alarm.acknowledged_by
    ]
    return truth.seconds(min(times)) if times else None


def _by_sensor(scans: list[RawScan]) -> dict[str, list[RawScan]]:
    grouped: dict[str, list[RawScan]] = {}
    for scan in scans:
        grouped.setdefault(scan.sensor, []).append(scan)
    return grouped


def _first_plot_ns(scans: list[RawScan], sensor: Sensor, truth: Truth) -> int | None:
    """Time of a sensor's first plot in the gate around the true place, in each measured figure."""
    place = geodetic_to_ecef(sensor.latitude_rad, sensor.longitude_rad, sensor.altitude_m)
    axes = enu_axes(sensor.latitude_rad, sensor.longitude_rad)
    for scan in scans:
        inside = (scan.time_ns >= truth.seen_from_ns) & (scan.time_ns <= truth.seen_until_ns)
        for k in np.flatnonzero(inside).tolist():
            position = truth.positions(scan.time_ns[k : k + 1])[0]
            range_m, azimuth_rad, elevation_rad = ecef_to_range_azimuth_elevation(place, axes, position)
            across = abs(math.remainder(scan.azimuth_rad[k] - azimuth_rad, 2.0 * math.pi)) / sensor.sigma_azimuth_rad
            upward = abs(scan.elevation_rad[k] - elevation_rad) / sensor.sigma_elevation_rad
            along = 0.0 if sensor.sigma_range_m is None else abs(scan.range_m[k] - range_m) / sensor.sigma_range_m
            if max(across, upward, along) <= _GATE_SIGMAS:
                return int(scan.time_ns[k])
    return None


def _thinned(
    path_ecef_m: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Rows of a path at least `_PATH_M` apart over ground, first and last included."""
    units = path_ecef_m / np.linalg.norm(path_ecef_m, axis=1)[:, None]
    kept = [0]
    for row in range(1, len(units)):
        if np.linalg.norm(units[row] - units[kept[-1]]) * 6_371_000.0 >= _PATH_M:
            kept.append(row)
    return path_ecef_m[[*kept, len(units) - 1]]


def _km(metres: float) -> float:
    return round(metres / 1000.0, 3)


def _figure(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(value, 4)
