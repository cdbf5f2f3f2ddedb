"""What people are told of an alert: its stage, which stage may follow which, and its texts in one language."""

from enum import StrEnum

from bongsu.model.alert import Alert, AreaRisk
from bongsu.model.mode import Mode
from bongsu.model.noun import Noun


class AlertStage(StrEnum):
    """The rungs of the alert ladder. `passed`: the danger was there and is over. `corrected`: the alert was wrong."""

    PRE_ALERT = "pre_alert"
    ALERT = "alert"
    PASSED = "passed"
    CORRECTED = "corrected"


LADDER: dict[AlertStage | None, tuple[AlertStage, ...]] = {
    None: (AlertStage.PRE_ALERT, AlertStage.ALERT),
    AlertStage.PRE_ALERT: (AlertStage.PRE_ALERT, AlertStage.ALERT, AlertStage.PASSED, AlertStage.CORRECTED),
    AlertStage.ALERT: (AlertStage.ALERT, AlertStage.PASSED, AlertStage.CORRECTED),
    AlertStage.PASSED: (AlertStage.CORRECTED,),
    AlertStage.CORRECTED: (),
}
"""What may be told after what. An alert never sinks back to a pre-alert; after an ending a danger that returns is a new alert."""

STAGES = {"alert": AlertStage.ALERT, "passed": AlertStage.PASSED, "withdrawn": AlertStage.CORRECTED}
"""The stage of each `Alert.status`."""


def at_risk(alert: Alert, kind: str) -> tuple[AreaRisk, ...]:
    """The areas of an alert of one kind, soonest first; those of which the time is not known come last. What may fall and what passes over are told apart."""
    risks = (risk for risk in alert.areas if risk.kind == kind)
    return tuple(sorted(risks, key=lambda risk: (risk.time_ns is None, risk.time_ns or 0, risk.area)))


class Wording(Noun, frozen=True):
    """The texts of one stage in one language (`en`, `ko`, `ja`), all from version `unit` of the template unit.

    `mark` is that of the mode: it begins every paragraph of every text, and is empty for real alone; `broadcast` and `short` fit cell broadcast.
    """

    language: str
    stage: AlertStage
    mode: Mode
    unit: str
    mark: str
    sender: str
    event: str
    headline: str
    description: str
    instruction: str
    broadcast: str
    short: str

    def paragraphs(self) -> tuple[str, ...]:
        """Every paragraph that a person may read by itself."""
        texts = (self.event, self.headline, self.description, self.instruction, self.broadcast, self.short)
        return tuple(line for text in texts for line in text.split("\n"))
