"""The Structs of `review.json`: what DESIGN.md section 4 has, and what was added since. Times `_s` count from launch; None: never, or not known."""

from typing import Any

import msgspec


class AtNode(msgspec.Struct, kw_only=True):
    """What one nation knew of one launch, and when."""

    first_detection_s: float | None
    first_own_warning_s: float | None
    first_partner_warning_s: float | None
    first_alert_s: float | None
    launch_error_km: float | None
    launch_d2: float | None
    impact_error_km: list[tuple[float, float]]
    impact_d2: float | None
    partners_heard: list[str]
    final_status: str | None
    areas_alerted: list[str]
    areas_at_risk: list[str]
    areas_over_alerted: list[str] = []
    """Alerted and neither hit nor overflown: counted beside the missed ones, as each costs trust."""
    areas_missed: list[str] = []
    """Hit or overflown and never alerted."""


class Launch(msgspec.Struct, kw_only=True):
    """A launch, or a false alarm (`truth` None)."""

    id: str
    truth: dict[str, Any] | None
    nodes: dict[str, AtNode]


class Latency(msgspec.Struct, kw_only=True):
    """Link time from issue to receipt of prompt messages, milliseconds."""

    p50: float
    p99: float
    max: float


class Exchange(msgspec.Struct, kw_only=True):
    """Messages of the prompt lane: released, applied by their recipient, never applied, applied again; refused at any link; released by no decision.
    `latency_ms` is of what left at once, `waited_ms` of better figures that left at their moment of the clock."""

    sent: int
    delivered: int
    lost: int
    applied_twice: int
    refused: int
    leaked: int
    latency_ms: Latency | None
    waited_ms: Latency | None = None


class Sharing(msgspec.Struct, kw_only=True):
    """What sharing bought one nation."""

    seconds_gained: float | None
    ellipse_shrink: float | None


class RetractionHolder(msgspec.Struct, kw_only=True):
    """A partner that held a warning that was taken back: seconds after the retraction, null = never; each of its consoles that ever showed the warning."""

    recipient: str
    received_s: float | None
    confirmed_s: float | None
    consoles: dict[str, float | None] = {}


class Retraction(msgspec.Struct, kw_only=True):
    """One retraction: how many partners held the warning, how many have it on a screen, and after how long.

    `consoles_*`: the same of their consoles. `apart`: exits that hold something made of it; `onward`: whom a holder may have passed it on to by our
    consent. Neither can confirm, and neither is counted.
    """

    event: str
    origin: str
    retracted_s: float
    holders: int
    confirmed: int
    p50_s: float | None
    p95_s: float | None
    p100_s: float | None
    consoles: int = 0
    consoles_confirmed: int = 0
    consoles_p50_s: float | None = None
    consoles_p95_s: float | None = None
    consoles_p100_s: float | None = None
    recipients: list[RetractionHolder] = []
    apart: list[str] = []
    onward: list[str] = []


class Judged(msgspec.Struct, kw_only=True):
    """An expectation and its verdict; `kind` is its name in the scenario, such as `warned`; `objective` what the scenario files it under."""

    text: str
    met: bool
    kind: str = ""
    objective: str | None = None


class Objective(msgspec.Struct, kw_only=True):
    """One objective: HSEEP's rating (P, S, M, U; None: nothing was asked), and how many of its expectations were met; `text` is the scenario's own wording."""

    objective: str
    rating: str | None
    met: int
    asked: int
    text: str = ""


class Times(msgspec.Struct, kw_only=True):
    """Machine and human seconds of one node and one launch; None: it did not happen, or cannot be known.

    Machine: `look_to_warning_s`, `issue_to_receipt_s` (median), `warning_to_alarm_s`, `warning_to_areas_s`. Human: the rest. `scripted` tells whether
    the person who acknowledged was one of the drill's scripts; `unacknowledged` whether an alarm was left without an answer.
    """

    launch: str
    node: str
    look_to_warning_s: float | None
    issue_to_receipt_s: float | None
    warning_to_alarm_s: float | None
    warning_to_areas_s: float | None
    alarm_to_acknowledged_s: float | None
    warning_to_stance_s: float | None
    warning_to_retraction_s: float | None
    acknowledged_by: str
    scripted: bool | None
    unacknowledged: bool


class Stanced(msgspec.Struct, kw_only=True):
    """The last position of `by` on a warning of `about`, seconds from launch."""

    launch: str
    by: str
    about: str
    warning: str
    version: int
    position: str
    fields: list[str]
    at_s: float


class Entered(msgspec.Struct, kw_only=True):
    """What `node` had of `origin` of one kind, and whether it entered the review: by which rule of `node`'s policy, or why not.

    `onward`: to whom `origin` lets it be passed on by its terms; None for `node`'s own.
    """

    node: str
    kind: str
    origin: str
    allowed: bool
    rule: str
    reason: str
    onward: list[str] | None


class Review(msgspec.Struct, kw_only=True):
    """The whole review. `admitted`: what entered it, by whose terms. `freshness`: share of the session, by node, partner and state.
    `reference`: what accuracy is held against, `truth` or `estimate`."""

    scenario: str
    seed: int
    mode: str
    digest: str
    speed: str | float
    outcome_digest: str
    launches: list[Launch]
    exchange: Exchange
    sharing: dict[str, Sharing]
    retractions: list[Retraction]
    siap: dict[str, Any]
    expectations: list[Judged]
    objectives: list[Objective] = []
    times: list[Times] = []
    stances: list[Stanced] = []
    freshness: dict[str, dict[str, dict[str, float]]] = {}
    reference: str = "truth"
    admitted: list[Entered] = []
