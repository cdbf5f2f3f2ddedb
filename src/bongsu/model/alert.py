"""Areas at risk of an event and on which rung each of them stands; drafting and sending of public alerts stands on this."""

from enum import StrEnum

from bongsu.model.noun import Noun


class Rung(StrEnum):
    """What the decision table says of one area: nothing yet, be ready, or take cover."""

    HOLD = "hold"
    PRE_ALERT = "pre_alert"
    ALERT = "alert"


class AreaRisk(Noun, frozen=True):
    """One area that may be hit or overflown. `kind` is `impact` or `overflight`; `time_ns` when, None if unknown; `probability` when it was put on its rung."""

    area: str
    kind: str
    time_ns: int | None = None
    probability: float | None = None
    rung: Rung = Rung.ALERT


class Alert(Noun, frozen=True):
    """Version `version` of the areas at risk of an event: the node's own areas on a rung above hold, sorted by id.

    `status`: `alert` (an area at least is to take cover), `pre_alert` (to be ready at most), `stood_down` (no longer at risk by a better estimate),
    `passed` (over, or every area was passed over) or `withdrawn` (the warnings were retracted). `area_set` is the version of the packaged areas;
    `basis` says whose assessments were used.
    """

    alert: str
    event: str
    version: int
    status: str
    time_ns: int
    area_set: str
    areas: tuple[AreaRisk, ...]
    basis: tuple[str, ...] = ()
    reason: str = ""

    def on_rung(self, rung: Rung) -> tuple[AreaRisk, ...]:
        """The areas that stand on a rung."""
        return tuple(risk for risk in self.areas if risk.rung is rung)
