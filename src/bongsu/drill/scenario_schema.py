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
    """A nation that takes part: its code and its name in full. `hold` is how it gives its HOLD on a real event to the
    others: at once, when one of its persons says so, or not at all. It is a member of the circle of all who take part from
    `joins_s` until `leaves_s`; always without them. `onward`: exits to which the others may pass on what it tells them
    (`review`, `file`); left out, as the shipped policy says: both.
    """

    code: Code
    name: Text
    hold: Literal["automatic", "ask", "deny"] = "automatic"
    joins_s: Seconds | None = None
    leaves_s: Seconds | None = None
    onward: tuple[Literal["file", "review"], ...] | None = None


class Hub(Strict, frozen=True, kw_only=True):
    """The hub that joins the bilateral lines: it only routes. `run_by` is the partner that runs it; `end_to_end`: what passes is encrypted past it
    (with real servers).
    """

    run_by: Code
    name: Text = "Hub"
    end_to_end: bool = False


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
    """What somebody reported of a flight, for the review: the value of one field, its bound and where it was read.

    Times of the day (`launch_time`, `impact_time`, `alert_time`, `lifted_time`) are text as published, such as
    `2022-11-18T10:14+09:00`.
    """

    reporter: Text
    field: Literal[
        "flight_s",
        "apogee_km",
        "range_km",
        "impact",
        "launch_time",
        "impact_time",
        "alert_time",
        "lifted_time",
        "outcome",
    ]
    value: float | Text
    bound: Literal["", "about", "at least", "at most"] = ""
    source: Address | None = None


class PullUpPlan(Strict, frozen=True, kw_only=True):
    """How a manoeuvring body pulls up on its way down: below `height_km` it has lift, `lift_to_drag` times its drag."""

    height_km: Annotated[float, Meta(ge=10.0, le=80.0)]
    lift_to_drag: Annotated[float, Meta(gt=0.0, le=4.0)]


class BreakUpPlan(Strict, frozen=True, kw_only=True):
    """How a flight fails: `after_s` seconds from its launch its push ends, and it breaks into `pieces` that part at
    `spread_m_s`.
    """

    after_s: Annotated[float, Meta(ge=10.0, le=3_600.0)]
    pieces: Annotated[int, Meta(ge=1, le=12)] = 4
    spread_m_s: Annotated[float, Meta(ge=0.0, le=500.0)] = 60.0


class OrbitPlan(Strict, frozen=True, kw_only=True):
    """How a satellite reaches its orbit: a last stage burns for `burn_s` at the apogee of the first two."""

    burn_s: Annotated[float, Meta(ge=20.0, le=400.0)]


class Zone(Strict, frozen=True, kw_only=True):
    """A notified drop zone, between parallels and meridians, and the piece that should fall there (such as `stage-1`)."""

    name: Text
    piece: Name
    south_deg: Latitude
    north_deg: Latitude
    west_deg: Longitude
    east_deg: Longitude
    source: Address | None = None

    def holds(self, latitude_deg: float, longitude_deg: float) -> bool:
        """Whether a place lies in it."""
        return self.south_deg <= latitude_deg <= self.north_deg and self.west_deg <= longitude_deg <= self.east_deg


class Launch(Figures, frozen=True, kw_only=True):
    """A true flight. `kind` is a row of the table of truths (`drill/truth_kinds.py`): ballistic; manoeuvring (with
    `pull_up`); failed (with `break_up`; the figures are those that it was meant to have); satellite (with `orbit`; the
    figures are the height of the orbit, and where the second stage falls).

    `spent_stages`: each stage but the last falls by itself and may be seen. `assumed` names the figures that nobody has
    published.
    """

    id: Name
    at_s: Seconds
    kind: Literal["ballistic", "manoeuvring", "failed", "satellite"] = "ballistic"
    title: Text | None = None
    spent_stages: bool = False
    pull_up: PullUpPlan | None = None
    break_up: BreakUpPlan | None = None
    orbit: OrbitPlan | None = None
    zones: tuple[Zone, ...] = ()
    reported: tuple[Reported, ...] = ()
    assumed: tuple[Text, ...] = ()


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


class ApproveAlert(Strict, frozen=True, kw_only=True, tag_field="do", tag="approve_alert"):
    """Approves every draft of a public alert of the own node, `after_s` after it was drafted.

    A nation of which no operator does so has two scripted persons who do (after 10 and 18 s).
    """

    after_s: Seconds


class LiftHold(Strict, frozen=True, kw_only=True, tag_field="do", tag="lift_hold"):
    """Asks to lift the own nation's HOLD, `after_s` of link time after it began: two persons must."""

    after_s: Seconds


class ShareHold(Strict, frozen=True, kw_only=True, tag_field="do", tag="share_hold"):
    """Gives the own nation's HOLD to the partners (where `hold` is `ask`), `after_s` of link time after it began."""

    after_s: Seconds


class Draft(Strict, frozen=True, kw_only=True, tag_field="do", tag="draft"):
    """Drafts a joint statement of the circle about each event, from the figures agreed by then, `after_s` after the event
    first appeared. `note` is a sentence of the drafter's own in it.
    """

    after_s: Seconds
    note: str = ""


class Sign(Strict, frozen=True, kw_only=True, tag_field="do", tag="sign"):
    """Signs each text that is put to the own nation, `after_s` after it came."""

    after_s: Seconds


class Refuse(Strict, frozen=True, kw_only=True, tag_field="do", tag="refuse"):
    """Refuses, with the reason, to sign each text that is put to the own nation, `after_s` after it came."""

    after_s: Seconds
    reason: Text


Action = Acknowledge | TakeStance | Retract | ApproveAlert | LiftHold | ShareHold | Draft | Sign | Refuse


class Operator(Strict, frozen=True, kw_only=True):
    """A scripted person at one node, in one role, and what that person does."""

    node: Code
    name: Name
    role: Name
    actions: tuple[Action, ...] = ()


class Planned(Strict, frozen=True, kw_only=True):
    """What every inject may say besides: an `id` by which the master scenario events list names it."""

    id: Name | None = None


class LinkCut(Planned, frozen=True, kw_only=True, tag_field="inject", tag="link_cut"):
    """The line between a node and the hub is cut."""

    node: Code
    at_s: Seconds
    until_s: PositiveSeconds


class NodeCrash(Planned, frozen=True, kw_only=True, tag_field="inject", tag="node_crash"):
    """A node's process dies at once, without a word, and is started again after a second."""

    node: Code
    at_s: Seconds


class SensorOutage(Planned, frozen=True, kw_only=True, tag_field="inject", tag="sensor_outage"):
    """A sensor sees nothing (`down`) or half as much (`degraded`), and says so in its status."""

    sensor: Name
    at_s: Seconds
    until_s: PositiveSeconds
    state: Literal["down", "degraded"] = "down"


class SlowLink(Planned, frozen=True, kw_only=True, tag_field="inject", tag="slow_link"):
    """The line between a node and the hub becomes slow: `delay_s` more each way."""

    node: Code
    at_s: Seconds
    until_s: PositiveSeconds
    delay_s: Annotated[float, Meta(gt=0.0, le=60.0)]


class BrokerCrash(Planned, frozen=True, kw_only=True, tag_field="inject", tag="broker_crash"):
    """A server dies at once: a nation's own, or the hub (`hub`). It is started again `down_s` of link time later: what was
    on its disk goes on from there, what it held in memory is gone.
    """

    server: Name
    at_s: Seconds
    down_s: Annotated[float, Meta(ge=1.0, le=3_600.0)] = 1.0


class ClockOffset(Planned, frozen=True, kw_only=True, tag_field="inject", tag="clock_offset"):
    """A node's clock is wrong by `offset_s` from then on, 0 sets it right (a clock never runs backwards: behind only from the beginning; set back, it
    stays ahead until the node is started again)."""

    node: Code
    at_s: Seconds = 0.0
    offset_s: Annotated[float, Meta(ge=-600.0, le=600.0)]


class Clutter(Planned, frozen=True, kw_only=True, tag_field="inject", tag="clutter"):
    """A sensor shows false plots, `false_plots` in each look on average."""

    sensor: Name
    at_s: Seconds
    until_s: PositiveSeconds
    false_plots: Annotated[float, Meta(gt=0.0, le=50.0)]


class PublicReport(Planned, frozen=True, kw_only=True, tag_field="inject", tag="public_report"):
    """A report of the media reaches the players, which may contradict what they see. It is told to them as said by its
    reporter, and can create no warning.
    """

    reporter: Text
    text: Text
    at_s: Seconds
    node: Code | None = None


class OperatorAbsent(Planned, frozen=True, kw_only=True, tag_field="inject", tag="operator_absent"):
    """A scripted person is away: what falls due meanwhile is done on return."""

    node: Code
    name: Name
    at_s: Seconds
    until_s: PositiveSeconds


class KeyRevoked(Planned, frozen=True, kw_only=True, tag_field="inject", tag="key_revoked"):
    """The key with which a node signs is revoked: partners refuse what it signs from then on."""

    node: Code
    at_s: Seconds


class RealEvent(Planned, frozen=True, kw_only=True, tag_field="inject", tag="real_event"):
    """A real event comes up during the drill: the live node of that nation signals its drill node, and nothing else."""

    node: Code
    at_s: Seconds


Inject = (
    LinkCut
    | NodeCrash
    | SensorOutage
    | SlowLink
    | BrokerCrash
    | ClockOffset
    | Clutter
    | PublicReport
    | OperatorAbsent
    | KeyRevoked
    | RealEvent
)


class Pause(Strict, frozen=True, kw_only=True, tag_field="do", tag="pause"):
    """Exercise time stands still for `for_s` of link time: all that is still to come is that much later."""

    at_s: Seconds
    for_s: PositiveSeconds


class Postpone(Strict, frozen=True, kw_only=True, tag_field="do", tag="postpone"):
    """All that is still to come happens `by_s` later in exercise time, its spacing kept; nothing may be in the air."""

    at_s: Seconds
    by_s: PositiveSeconds


class Jump(Strict, frozen=True, kw_only=True, tag_field="do", tag="jump"):
    """Exercise time goes to `to_s` at once: injects between happen then, plots between are seen by nobody."""

    at_s: Seconds
    to_s: PositiveSeconds


class SetSpeed(Strict, frozen=True, kw_only=True, tag_field="do", tag="speed"):
    """Exercise time runs at another speed from then on (a live drill's; virtual time has none)."""

    at_s: Seconds
    speed: Annotated[float, Meta(gt=0.0, le=1000.0)]


class HoldAll(Strict, frozen=True, kw_only=True, tag_field="do", tag="hold"):
    """HOLD by exercise control: the drill stands still everywhere until `for_s` of link time later."""

    at_s: Seconds
    for_s: PositiveSeconds


class Endex(Strict, frozen=True, kw_only=True, tag_field="do", tag="endex"):
    """ENDEX: the drill ends then, whatever is still to come."""

    at_s: Seconds


Control = Pause | Postpone | Jump | SetSpeed | HoldAll | Endex


class Objective(Strict, frozen=True, kw_only=True):
    """What the exercise is to show; expectations and events of the list name it by its `id`."""

    id: Name
    text: Text


class MselEntry(Strict, frozen=True, kw_only=True):
    """A row of the master scenario events list: when, what happens, what the players should do, for which objective, who
    controls it, which inject (by its `id`) brings it about, and who plays (`all`, or a partner's code).
    """

    at_s: Seconds
    event: Text
    expected_action: Text
    objective: Name | None = None
    controller: Text = "EXCON"
    inject: Name | None = None
    player: Name = "all"


class Caption(Strict, frozen=True, kw_only=True):
    """A line for those who watch, at a moment."""

    at_s: Seconds
    text: Text
