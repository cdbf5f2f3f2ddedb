"""An event: this node's local join of what everybody says of one launch. It never crosses a border."""

from bongsu.model.estimate import Estimate
from bongsu.model.noun import Noun
from bongsu.model.warning import Warning


class Assessment(Noun, frozen=True):
    """The newest word of one originator in an event. `basis` is `own`, `partner` or `fused` (a second, labelled assessment, never released)."""

    origin: str
    basis: str
    warning: Warning
    item: str
    first_ns: int
    first_link_ns: int


class Event(Noun, frozen=True):
    """Version `version` of event `event`: one assessment an originator, own first, then by code. `reason` says why the newest joined or changed it."""

    event: str
    version: int
    time_ns: int
    assessments: tuple[Assessment, ...]
    fused: Estimate | None = None
    changed_by: str = ""
    reason: str = ""
    open: bool = True
