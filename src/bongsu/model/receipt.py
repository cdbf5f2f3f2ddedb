"""What a receiver tells the sender: received (link), shown and acknowledged (people), missing (gap).

`partner` is the other side: whom it goes to when it is ours, who said it when it came. It is not on the wire: the envelope says it.
"""

from bongsu.model.message import Lane
from bongsu.model.noun import Noun


class Receipt(Noun, frozen=True, kw_only=True):
    """Cumulative: everything of (lane, epoch) up to `up_to` has been received and stored."""

    partner: str = ""
    lane: Lane
    epoch: int
    up_to: int


class GapRequest(Noun, frozen=True, kw_only=True):
    """Please send (prompt, epoch) `first` to `last` again."""

    partner: str = ""
    epoch: int
    first: int
    last: int


class Shown(Noun, frozen=True, kw_only=True):
    """Version `version` of your warning stands on a screen here since `time_ns`."""

    partner: str = ""
    warning: str
    version: int
    time_ns: int
    console: str


class Acknowledged(Noun, frozen=True, kw_only=True):
    """A person with that role here has acknowledged version `version` of your warning."""

    partner: str = ""
    warning: str
    version: int
    time_ns: int
    role: str
    scripted: bool = False


class Heartbeat(Noun, frozen=True, kw_only=True):
    """I am here: `issued_ns` in link time, my newest prompt sequence to you, my epoch, and what I have received from you.

    `recorded`: what I say reaches my own record before it leaves; while my disk fails it does not. `answer`: I have not heard you for a while and do
    again, or lack your receipt: say at once how far your prompt lane is, and what you have.
    """

    partner: str = ""
    issued_ns: int
    epoch: int
    prompt_sequence: int
    received_epoch: int
    received_up_to: int
    ready: bool = True
    attended: bool | None = None
    recorded: bool = True
    answer: bool = False
