"""What people are told of an alert: its stage, and its texts in one language."""

from enum import StrEnum

from bongsu.model.mode import Mode
from bongsu.model.noun import Noun


class AlertStage(StrEnum):
    """The rungs of the alert ladder. `passed`: the danger was there and is over. `corrected`: the alert was wrong."""

    PRE_ALERT = "pre_alert"
    ALERT = "alert"
    PASSED = "passed"
    CORRECTED = "corrected"


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
