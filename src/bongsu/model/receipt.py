"""What a receiver tells the sender: received (link), shown and acknowledged (people), missing (gap)."""

from bongsu.model.message import Lane
from bongsu.model.noun import Noun


class Receipt(Noun, frozen=True):
    """Cumulative: everything of (lane, epoch) up to `up_to` has been received and stored."""

    lane: Lane
    epoch: int
    up_to: int


class GapRequest(Noun, frozen=True):
    """Please send (prompt, epoch) `first` to `last` again."""

    epoch: int
    first: int
    last: int


class Shown(Noun, frozen=True):
    """Version `version` of your warning stands on a screen here since `time_ns`."""

    warning: str
    version: int
    time_ns: int
    console: str


class Acknowledged(Noun, frozen=True):
    """A person with that role here has acknowledged version `version` of your warning."""

    warning: str
    version: int
    time_ns: int
    role: str
    scripted: bool = False


class Heartbeat(Noun, frozen=True):
    """I am here: `issued_ns` in link time, my newest prompt sequence to you, my epoch, and what I have received from you."""

    issued_ns: int
    epoch: int
    prompt_sequence: int
    received_epoch: int
    received_up_to: int
    ready: bool = True
    attended: bool | None = None
