"""The scenario language: what a scenario file may say, as strict types. Units stand last in each key.

Degrees, kilometres and seconds here; everything inside is SI and radians (`scenario.py` converts). A key that is not
here, or of another type or range, is refused with its path. `_s` counts from the scenario's start unless a line says
otherwise. What an inject or an expectation may be is one union each: a new kind is a Struct and a name in the union.
"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from bongsu.base.limits import SCENARIO_S

CODE_FORM = r"^[a-z][a-z0-9]{1,7}$"
NAME_FORM = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
ADDRESS_FORM = r"^https?://\S+$"

Code = Annotated[str, Meta(pattern=CODE_FORM)]
Name = Annotated[str, Meta(pattern=NAME_FORM)]
Address = Annotated[str, Meta(pattern=ADDRESS_FORM)]
Text = Annotated[str, Meta(min_length=1, max_length=400)]
Latitude = Annotated[float, Meta(ge=-90.0, le=90.0)]
Longitude = Annotated[float, Meta(ge=-180.0, le=180.0)]
Bearing = Annotated[float, Meta(ge=0.0, lt=360.0)]
Positive = Annotated[float, Meta(gt=0.0)]
NotNegative = Annotated[float, Meta(ge=0.0)]
Seconds = Annotated[float, Meta(ge=0.0, le=SCENARIO_S)]
PositiveSeconds = Annotated[float, Meta(gt=0.0, le=SCENARIO_S)]
Probability = Annotated[float, Meta(ge=0.0, le=1.0)]
Moment = Annotated[datetime, Meta(tz=True)]


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every table of a scenario file: an unknown key is an error."""


class Partner(Strict, frozen=True, kw_only=True):
    """A nation that takes part: its code and its name in full."""

    code: Code
    name: Text


class Hub(Strict, frozen=True, kw_only=True):
    """The hub that joins the bilateral lines: it only routes. `run_by` is the partner that runs it."""

    run_by: Code
    name: Text = "Hub"


class Link(Strict, frozen=True, kw_only=True):
    """The line between a partner and the hub in virtual time (with a number as speed, the real network is used)."""

    partner: Code
    delay_s: Seconds = 0.02
    jitter_s: Seconds = 0.01
    loss: Probability = 0.0
    repeat: Probability = 0.0


class SensorPlan(Strict, frozen=True, kw_only=True):
    """An invented sensor on whole degrees: a radar on a ship, or an infrared one in orbit.

    `false_plots` is the mean count of false plots in a look. `cloud_top_km` and `afterglow_s` belong to infrared
    alone: the plume is seen from that height on, until that long after burnout.
    """

    id: Name
    owner: Code
    kind: Literal["radar", "infrared"]
    latitude_deg: Latitude
    longitude_deg: Longitude
    altitude_m: NotNegative
    sigma_azimuth_deg: Positive
    sigma_elevation_deg: Positive
    rate_hz: Annotated[float, Meta(gt=0.0, le=20.0)]
    min_elevation_deg: Latitude = -90.0
    sigma_range_m: Positive | None = None
    max_range_km: Positive | None = None
    detection_probability: Probability = 0.95
    false_plots: Annotated[float, Meta(ge=0.0, le=50.0)] = 0.0
    status_interval_s: PositiveSeconds = 5.0
    cloud_top_km: NotNegative | None = None
    afterglow_s: Seconds | None = None


class Figures(Strict, frozen=True, kw_only=True):
    """The figures of a flight, kept together.

    `bearing_deg` is from launch to impact, apogee over WGS-84, geodesic range.

    `burn_s` fixes the powered phase; without it, it follows from the speed that the flight needs.
    """

    latitude_deg: Latitude
    longitude_deg: Longitude
    bearing_deg: Bearing
    apogee_km: Annotated[float, Meta(ge=20.0, le=20_000.0)]
    range_km: Annotated[float, Meta(ge=20.0, le=15_000.0)]
    burn_s: Annotated[float, Meta(ge=10.0, le=400.0)] | None = None


class Reported(Strict, frozen=True, kw_only=True):
    """What somebody reported of a flight, for the review: the value of one field, its bound and where it was read."""

    reporter: Text
    field: Literal["flight_s", "apogee_km", "range_km", "impact"]
    value: float | Text
    bound: Literal["", "about", "at least"] = ""
    source: Address | None = None


class Launch(Figures, frozen=True, kw_only=True):
    """A true flight. `kind` is a row of the table of truths (`drill/truth.py`)."""

    id: Name
    at_s: Seconds
    kind: Literal["ballistic"] = "ballistic"
    title: Text | None = None
    reported: tuple[Reported, ...] = ()


class FalseAlarm(Figures, frozen=True, kw_only=True):
    """A track that is not there.

    Plots as of a flight of these figures, which one sensor alone shows from `from_s` until `until_s`.

    The flight would have begun at `at_s`. `cause` is what the retraction says, such as a test signal that was left
    on.
    """

    id: Name
    sensor: Name
    at_s: Annotated[float, Meta(ge=-SCENARIO_S, le=SCENARIO_S)]
    from_s: Seconds
    until_s: PositiveSeconds
    cause: Text


class Pace(Strict, frozen=True, kw_only=True):
    """The speed of the tour from a moment on.

    `from_s`, or `before_last_impact_s` before the last impact. Exactly one.
    """

    speed: Annotated[float, Meta(gt=0.0, le=1000.0)]
    from_s: Seconds | None = None
    before_last_impact_s: Seconds | None = None


class Acknowledge(Strict, frozen=True, kw_only=True, tag_field="do", tag="acknowledge"):
    """Acknowledges every alarm of the own node, `after_s` after it became active."""

    after_s: Seconds


class TakeStance(Strict, frozen=True, kw_only=True, tag_field="do", tag="stance"):
    """Concurs with, or differs from, the warnings of `about` (a partner.

    All others without it), `after_s` after the first version came.
    """

    after_s: Seconds
    position: Literal["concur", "differ"]
    about: Code | None = None
    fields: tuple[Text, ...] = ()
    reason: str = ""


class Retract(Strict, frozen=True, kw_only=True, tag_field="do", tag="retract"):
    """Retracts the own warning that stands on the false alarm `false_alarm`, `after_s` after its first version."""

    after_s: Seconds
    false_alarm: Name
    reason: Text


Action = Acknowledge | TakeStance | Retract


class Operator(Strict, frozen=True, kw_only=True):
    """A scripted person at one node, in one role, and what that person does."""

    node: Code
    name: Name
    role: Name
    actions: tuple[Action, ...] = ()


class LinkCut(Strict, frozen=True, kw_only=True, tag_field="inject", tag="link_cut"):
    """The line between a node and the hub is cut."""

    node: Code
    at_s: Seconds
    until_s: PositiveSeconds


class NodeCrash(Strict, frozen=True, kw_only=True, tag_field="inject", tag="node_crash"):
    """A node's process dies at once, without a word, and is started again after a second."""

    node: Code
    at_s: Seconds


class SensorOutage(Strict, frozen=True, kw_only=True, tag_field="inject", tag="sensor_outage"):
    """A sensor sees nothing (`down`) or half as much (`degraded`), and says so in its status."""

    sensor: Name
    at_s: Seconds
    until_s: PositiveSeconds
    state: Literal["down", "degraded"] = "down"


Inject = LinkCut | NodeCrash | SensorOutage


class Caption(Strict, frozen=True, kw_only=True):
    """A line for those who watch, at a moment."""

    at_s: Seconds
    text: Text
