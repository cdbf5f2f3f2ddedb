"""What each nation knew of a launch, and when."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from bongsu.geo import areas
from bongsu.geo.frames import ecef_to_range_azimuth_elevation, enu_axes, geodetic_to_ecef
from bongsu.model.alarm import Alarm, AlarmState
from bongsu.model.alert import Alert, AreaRisk
from bongsu.model.configuration import Configuration
from bongsu.model.label import Label
from bongsu.model.mode import Mode
from bongsu.model.scan import RawScan
from bongsu.model.sensor import Sensor, SensorKind
from bongsu.model.warning import WarningStatus
from bongsu.views import measures, measures_siap
from bongsu.views.folded import Folded, fold
from bongsu.views.measures import Facts
from bongsu.views.truth import Truth
from tests.views.builders import Record, at_ns, estimate, event, point, truth, warning

TRUTH = truth("one")
KNOWN = {("kr", "kr-E1"): "one", ("us", "us-E1"): "one", ("jp", "jp-E1"): "one"}
SENSOR = Sensor(
    id="kr-ship-1",
    owner="kr",
    kind=SensorKind.RADAR,
    latitude_rad=math.radians(38.0),
    longitude_rad=math.radians(130.0),
    altitude_m=20.0,
    sigma_range_m=50.0,
    sigma_azimuth_rad=math.radians(0.03),
    sigma_elevation_rad=math.radians(0.03),
    rate_hz=1.0,
)


def settings(node: str = "kr") -> Configuration:
    return Configuration(
        node=node,
        federation="test",
        mode=Mode.EXERCISE,
        exercise="TEST",
        epoch=1,
        partners=("jp", "kr", "us"),
        sensors=(SENSOR,),
        public_keys=(),
        circles=(),
        rules=(),
        roles=(),
        label=Label(),
        area_set=areas.LATEST,
        country="KR",
    )


def plot(seconds: float, off_m: float = 0.0, of: Truth = TRUTH) -> RawScan:
    place = geodetic_to_ecef(SENSOR.latitude_rad, SENSOR.longitude_rad, SENSOR.altitude_m)
    axes = enu_axes(SENSOR.latitude_rad, SENSOR.longitude_rad)
    seen = ecef_to_range_azimuth_elevation(place, axes, of.positions(np.array([at_ns(seconds)]))[0])
    return RawScan(
        sensor=SENSOR.id,
        number=int(seconds),
        time_ns=np.array([at_ns(seconds)]),
        range_m=np.array([seen[0] + off_m]),
        azimuth_rad=np.array([seen[1]]),
        elevation_rad=np.array([seen[2]]),
        range_rate_m_s=np.array([math.nan]),
        lines=np.array([0]),
    )


def facts(record: Record, of: Truth = TRUTH, country: str = "KR") -> Facts:
    return measures.facts(fold(record.node, record.items), of, KNOWN, areas.load(), country)


def test_nothing_known_is_null_everywhere() -> None:
    at = facts(Record("kr")).at
    assert (at.first_detection_s, at.first_own_warning_s, at.first_partner_warning_s) == (None, None, None)
    assert (at.first_alert_s, at.launch_error_km, at.launch_d2, at.impact_d2) == (None, None, None, None)
    assert (at.impact_error_km, at.partners_heard, at.final_status, at.areas_alerted) == ([], [], None, [])


def test_the_first_detection_is_the_first_plot_near_the_true_place() -> None:
    record = Record("kr")
    record.add(settings())
    record.add(plot(100.0, off_m=5_000.0), 100.0)
    record.add(plot(101.0, off_m=100.0), 101.0)
    assert facts(record).at.first_detection_s == 101.0


def test_a_plot_outside_the_time_in_which_it_could_be_seen_is_no_detection() -> None:
    record = Record("kr")
    record.add(settings())
    record.add(plot(100.0), 100.0)
    hidden = truth("one")
    hidden = type(hidden)(
        **{name: getattr(hidden, name) for name in hidden.__struct_fields__} | {"seen_from_ns": at_ns(200.0)}
    )
    assert facts(record, hidden).at.first_detection_s is None


def test_first_warnings_and_partners_heard() -> None:
    record = Record("kr")
    record.add(warning("us-E1"), 32.0, origin="us")
    record.add(warning("kr-E1"), 40.5)
    record.add(warning("us-E1", 2, WarningStatus.UPDATE), 50.0, origin="us")
    record.add(warning("jp-E1"), 90.25, origin="jp")
    record.add(warning("us-E7"), 5.0, origin="us")
    found = facts(record)
    assert (found.at.first_own_warning_s, found.at.first_partner_warning_s) == (40.5, 32.0)
    assert found.at.partners_heard == ["jp", "us"]
    assert found.heard_s == {"us": 32.0, "jp": 90.25}
    assert found.statuses == ["initial"]


def test_errors_are_of_the_last_own_estimate() -> None:
    record = Record("kr")
    record.add(estimate(30.0, point(39.5, 126.0, 0.0)), 30.0)
    record.add(warning("kr-E1"), 30.0)
    record.add(estimate(60.0, point(39.0, 126.0, 0.0), point(42.1, 137.0, 600.0)), 60.0)
    record.add(estimate(61.0, point(39.0, 126.0, 0.0), point(42.0, 137.0, 600.0)), 61.0)
    record.add(estimate(70.0, point(39.01, 126.0, 0.0), point(42.01, 137.0, 600.0)), 70.0)
    at = facts(record).at
    assert at.launch_error_km == pytest.approx(1.11, abs=0.01)
    assert at.launch_d2 == pytest.approx((1_110.0 / 5_000.0) ** 2 * 5.991, rel=0.03)
    assert [time_s for time_s, _ in at.impact_error_km] == [60.0, 70.0]
    assert at.impact_error_km[0][1] == pytest.approx(11.1, abs=0.1)
    assert at.impact_d2 == pytest.approx((1_110.0 / 5_000.0) ** 2 * 5.991, rel=0.03)


def test_a_nation_that_sees_nothing_is_measured_by_what_it_heard() -> None:
    record = Record("jp")
    told = estimate(60.0, point(39.0, 126.0, 0.0), point(42.1, 137.0, 600.0), track="")
    record.add(warning("us-E1", told=told, track=None), 60.0, origin="us")
    at = facts(record).at
    assert at.launch_error_km == pytest.approx(0.0, abs=0.01)
    assert at.impact_error_km[-1][1] == pytest.approx(11.1, abs=0.1)


def test_the_final_status_is_the_own_one_else_the_partners() -> None:
    record = Record("kr")
    record.add(warning("us-E1", 3, WarningStatus.RETRACTED), 50.0, origin="us")
    assert facts(record).at.final_status == "retracted"
    record.add(warning("jp-E1", 2, WarningStatus.LOST), 50.0, origin="jp")
    assert facts(record).at.final_status == "lost"
    record.add(warning("kr-E1", 1), 60.0)
    record.add(warning("kr-E1", 2, WarningStatus.IMPACTED), 600.0)
    assert facts(record).at.final_status == "impacted"


def test_alerts_and_acknowledgement_are_those_of_the_launchs_event() -> None:
    record = Record("kr")
    record.add(event("kr-V1", 30.0, ("us", warning("us-E1"))), 30.0)
    record.add(event("kr-V2", 30.0, ("us", warning("us-E9"))), 30.0)
    for name, seconds in (("kr-V2", 20.0), ("kr-V1", 40.0)):
        risk = AreaRisk(area="KR-42", kind="impact")
        record.add(
            Alert(
                alert=f"{name}-A",
                event=name,
                version=1,
                status="alert",
                time_ns=at_ns(seconds),
                area_set=areas.LATEST,
                areas=(risk,),
            ),
            seconds,
        )
        record.add(
            Alarm(
                event=name,
                event_version=1,
                state=AlarmState.ACTIVE_ACKNOWLEDGED,
                time_ns=at_ns(seconds + 1.0),
                raised_ns=at_ns(0.0),
                reason="acknowledged",
                acknowledged_by="An Officer",
            ),
            seconds + 1.0,
        )
    found = facts(record)
    assert found.at.first_alert_s == 40.0
    assert found.at.areas_alerted == ["KR-42"]
    assert found.acknowledged_s == 41.0


def test_a_false_alarm_has_no_errors_and_puts_nobody_at_risk() -> None:
    record = Record("kr")
    record.add(estimate(60.0, point(39.0, 126.0, 0.0), point(42.1, 137.0, 600.0)), 60.0)
    record.add(warning("kr-E1"), 60.0)
    at = facts(record, truth("one", real=False)).at
    assert (at.launch_error_km, at.launch_d2, at.impact_d2, at.impact_error_km) == (None, None, None, [])
    assert at.areas_at_risk == []


def test_areas_at_risk_are_those_under_the_true_flight() -> None:
    over = truth("one", (40.0, 130.0), (42.0, 150.0))
    assert "JP-01" in measures.areas_at_risk(over, areas.load(), "JP")
    assert measures.areas_at_risk(over, areas.load(), "KR") == []
    assert measures.areas_at_risk(truth("one", (39.0, 127.0), (39.0, 131.0)), areas.load(), "JP") == []


def test_the_picture_is_complete_unambiguous_and_free_of_ghosts_or_says_so() -> None:
    def node(name: str, *events: Any) -> Folded:
        record = Record(name)
        for one in events:
            record.add(one, 30.0)
        return fold(name, record.items)

    good = node("kr", event("kr-V1", 30.0, ("kr", warning("kr-E1"))))
    poor = node(
        "us",
        event("us-V1", 30.0, ("kr", warning("kr-E1")), node="us"),
        event("us-V2", 30.0, ("us", warning("us-E1")), node="us"),
        event("us-V3", 30.0, ("us", warning("us-E9")), node="us"),
        event("us-V4", 30.0, node="us"),
    )
    blind = node("jp")
    told: Any = measures_siap.siap([good, poor, blind], [TRUTH], KNOWN)
    assert told["nodes"]["kr"].items() >= {"completeness": 1.0, "ambiguity": 1.0, "spurious": 0.0}.items()
    assert told["nodes"]["us"].items() >= {"completeness": 1.0, "ambiguity": 2.0, "spurious": 0.3333}.items()
    assert told["nodes"]["jp"].items() >= {"completeness": 0.0, "ambiguity": None, "spurious": 0.0}.items()
    assert told["completeness"] == 0.6667
