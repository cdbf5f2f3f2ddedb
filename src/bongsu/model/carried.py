"""What outlives an epoch: a changed policy or core begins a new record, but warnings stay open and their holders stay holders."""

import msgspec

from bongsu.model.alert import Alert
from bongsu.model.alert_draft import AlertDocument, AlertDraft
from bongsu.model.event import Event
from bongsu.model.head import Head
from bongsu.model.noun import Noun
from bongsu.model.sea_notice import SeaNotice
from bongsu.model.warning import Warning


class CarriedWarning(msgspec.Struct, frozen=True, kw_only=True):
    """The newest version of a warning with the head under which it was recorded; ours also with its holders and the grid cells that they were given.

    `again`: some holder has not confirmed this version, or the object may still be on its way, so it is to be offered once more.
    """

    head: Head
    warning: Warning
    holders: tuple[str, ...] = ()
    cells: dict[str, tuple[float, float]] = {}
    again: bool = False


class Carried(Noun, frozen=True):
    """The first input of a new epoch after its configuration: what stood at the end of `epoch`. `events_count` numbers were used for events.

    `unread` entries of the old record could not be read by this core.
    """

    epoch: int
    warnings: tuple[CarriedWarning, ...]
    events: tuple[Event, ...]
    alerts: tuple[Alert, ...]
    events_count: int
    unread: int = 0
    notices: tuple[SeaNotice, ...] = ()
    drafts: tuple[AlertDraft, ...] = ()
    documents: tuple[AlertDocument, ...] = ()
