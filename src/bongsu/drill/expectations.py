"""What a scenario may expect: one Struct each, judged from the records and the truth, each able to fail.

`launch` names a launch or a false alarm; without it the scenario must have exactly one, and that is meant. Seconds
count from launch (for a false alarm: from its `from_s`). `node` is a partner. `text`, when given, replaces the
sentence that the review makes of the expectation.
"""

from typing import Annotated, Literal

from msgspec import Meta

from bongsu.drill.scenario_schema import Code, Name, Positive, PositiveSeconds, Seconds, Strict, Text

Count = Annotated[int, Meta(ge=0)]
Status = Literal["initial", "update", "lost", "passed", "impacted", "superseded", "retracted"]
Codes = Annotated[tuple[Code, ...], Meta(min_length=1)]


class Expected(Strict, frozen=True, kw_only=True):
    """What every expectation may say besides: its own sentence, and the objective that it belongs to."""

    text: Text | None = None
    objective: Name | None = None


class Warned(Expected, frozen=True, kw_only=True, tag_field="expect", tag="warned"):
    """The node holds a warning of the launch, its own or (`own` false) anybody's, within `by_s`."""

    node: Code
    by_s: PositiveSeconds
    own: bool = False
    launch: Name | None = None


class Hears(Expected, frozen=True, kw_only=True, tag_field="expect", tag="hears"):
    """The node holds a warning of the launch that `origin` issued, within `by_s` (whenever without it)."""

    node: Code
    origin: Code
    by_s: PositiveSeconds | None = None
    launch: Name | None = None


class KnowsBeforeOwn(Expected, frozen=True, kw_only=True, tag_field="expect", tag="knows_before_own"):
    """The node's first warning from a partner comes at least `min_s` before its own sensors first see the object."""

    node: Code
    min_s: Seconds = 0.0
    launch: Name | None = None


class FinalStatus(Expected, frozen=True, kw_only=True, tag_field="expect", tag="final_status"):
    """The last status of the launch in each node's picture is one of `statuses`."""

    nodes: Codes
    statuses: Annotated[tuple[Status, ...], Meta(min_length=1)]
    launch: Name | None = None


class HadStatus(Expected, frozen=True, kw_only=True, tag_field="expect", tag="had_status"):
    """Some version of the node's own warnings of the launch had this status."""

    node: Code
    status: Status
    launch: Name | None = None


class Retracted(Expected, frozen=True, kw_only=True, tag_field="expect", tag="retracted"):
    """The warning of the false alarm is retracted, and every holder has confirmed within `everywhere_within_s` of the
    retraction.
    """

    everywhere_within_s: PositiveSeconds
    launch: Name | None = None


class ImpactD2(Expected, frozen=True, kw_only=True, tag_field="expect", tag="impact_d2"):
    """The last impact estimate of each node lies within `most` (d2 of DESIGN.md section 4) of the true impact."""

    nodes: Codes
    most: Positive
    launch: Name | None = None


class LaunchD2(Expected, frozen=True, kw_only=True, tag_field="expect", tag="launch_d2"):
    """The last launch estimate of each node lies within `most` (d2) of the true launch point."""

    nodes: Codes
    most: Positive
    launch: Name | None = None


class LaunchError(Expected, frozen=True, kw_only=True, tag_field="expect", tag="launch_error"):
    """The last launch point of each node is within `most_km` of the true one."""

    nodes: Codes
    most_km: Positive
    launch: Name | None = None


class TruthFlightTime(Expected, frozen=True, kw_only=True, tag_field="expect", tag="truth_flight_time"):
    """The truth's flight time is within a share of the reported one, or (`inside` false) further from it.

    The scenario is the flight that it says it is.
    """

    reporter: Text
    within_percent: Positive
    inside: bool = True
    launch: Name | None = None


class AreasAlerted(Expected, frozen=True, kw_only=True, tag_field="expect", tag="areas_alerted"):
    """The node alerted at least the areas `includes`, none of `excludes`, and at least `least` in all.

    `none` asks for no area at all.
    """

    node: Code
    includes: tuple[Text, ...] = ()
    excludes: tuple[Text, ...] = ()
    least: Count = 0
    none: bool = False
    launch: Name | None = None


class Events(Expected, frozen=True, kw_only=True, tag_field="expect", tag="events"):
    """The node's picture holds exactly `count` events over the whole drill.

    Nothing invented, nothing counted twice.
    """

    node: Code
    count: Count


class Exchange(Expected, frozen=True, kw_only=True, tag_field="expect", tag="exchange"):
    """Nothing lost, applied twice or leaked, over the whole drill, beyond these counts."""

    lost: Count = 0
    applied_twice: Count = 0
    leaked: Count = 0


class Acknowledged(Expected, frozen=True, kw_only=True, tag_field="expect", tag="acknowledged"):
    """The alarm of the launch at the node is acknowledged within `by_s`."""

    node: Code
    by_s: PositiveSeconds
    launch: Name | None = None


class StanceTaken(Expected, frozen=True, kw_only=True, tag_field="expect", tag="stance"):
    """Some node other than `node` holds `node`'s position about `origin`'s warning of the launch."""

    node: Code
    origin: Code
    position: Literal["concur", "differ"]
    launch: Name | None = None


class SecondsGained(Expected, frozen=True, kw_only=True, tag_field="expect", tag="seconds_gained"):
    """Sharing brought the node its first warning at least `least` seconds earlier than with the links cut."""

    node: Code
    least: Seconds


class NeverHears(Expected, frozen=True, kw_only=True, tag_field="expect", tag="never_hears"):
    """The node holds no warning of the launch that `origin` issued until `until_s` (never without it): it was not to be told."""

    node: Code
    origin: Code
    until_s: PositiveSeconds | None = None
    launch: Name | None = None


class Irregular(Expected, frozen=True, kw_only=True, tag_field="expect", tag="irregular"):
    """The last word of each node that saw it is that the flight is not ballistic, and it carries no predicted impact."""

    nodes: Codes
    launch: Name | None = None


class NoImpact(Expected, frozen=True, kw_only=True, tag_field="expect", tag="no_impact"):
    """From `after_s` after the launch on, no statement of these nodes about it carries a predicted impact."""

    nodes: Codes
    after_s: Seconds = 0.0
    launch: Name | None = None


class FallsInZone(Expected, frozen=True, kw_only=True, tag_field="expect", tag="falls_in_zone"):
    """A piece of the launch falls inside its notified zone, or (`inside` false) outside it. The scenario is what it says."""

    zone: Text
    inside: bool = True
    launch: Name | None = None


class SourceState(Expected, frozen=True, kw_only=True, tag_field="expect", tag="source_state"):
    """Between `from_s` and `until_s` after the start, the node shows a partner in this state; `stale` is met by unknown too, as a dead path is shown."""

    node: Code
    source: Code
    state: Literal["fresh", "catching_up", "stale", "unknown"]
    from_s: Seconds
    until_s: PositiveSeconds


class Held(Expected, frozen=True, kw_only=True, tag_field="expect", tag="held"):
    """HOLD stands at these nodes within `within_s` of link time after it began at `origin`, their exercise time stands, and
    all of them have heard that it is lifted.
    """

    origin: Code
    nodes: Codes
    within_s: PositiveSeconds


class NotHeld(Expected, frozen=True, kw_only=True, tag_field="expect", tag="not_held"):
    """These nodes never hear of a HOLD of `origin`: its policy keeps it at home."""

    origin: Code
    nodes: Codes


class StatementAdopted(Expected, frozen=True, kw_only=True, tag_field="expect", tag="statement_adopted"):
    """Each of these nodes holds a joint statement about the launch that every member has signed, within `by_s`."""

    nodes: Codes
    by_s: PositiveSeconds
    launch: Name | None = None


class SignaturesMissing(Expected, frozen=True, kw_only=True, tag_field="expect", tag="signatures_missing"):
    """At `at_s` after the launch the node's newest joint statement about it lacks the signatures of exactly `members`, by name."""

    node: Code
    members: Codes
    at_s: PositiveSeconds
    launch: Name | None = None


Expectation = (
    Warned
    | Hears
    | KnowsBeforeOwn
    | FinalStatus
    | HadStatus
    | Retracted
    | ImpactD2
    | LaunchD2
    | LaunchError
    | TruthFlightTime
    | AreasAlerted
    | Events
    | Exchange
    | Acknowledged
    | StanceTaken
    | SecondsGained
    | NeverHears
    | Irregular
    | NoImpact
    | FallsInZone
    | SourceState
    | Held
    | NotHeld
    | StatementAdopted
    | SignaturesMissing
)
