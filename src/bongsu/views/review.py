"""The Structs of `review.json`, exactly as DESIGN.md section 4 has them. Times `_s` count from launch; None: never, or not known."""

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
    """Messages of the prompt lane: released, applied by their recipient, never applied, applied again; refused at any link; released by no decision."""

    sent: int
    delivered: int
    lost: int
    applied_twice: int
    refused: int
    leaked: int
    latency_ms: Latency | None


class Sharing(msgspec.Struct, kw_only=True):
    """What sharing bought one nation."""

    seconds_gained: float | None
    ellipse_shrink: float | None


class Retraction(msgspec.Struct, kw_only=True):
    """One retraction: how many partners held the warning, how many have it on a screen, and after how long."""

    event: str
    origin: str
    retracted_s: float
    holders: int
    confirmed: int
    p50_s: float | None
    p95_s: float | None
    p100_s: float | None


class Judged(msgspec.Struct, kw_only=True):
    """An expectation and its verdict."""

    text: str
    met: bool


class Review(msgspec.Struct, kw_only=True):
    """The whole review."""

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
