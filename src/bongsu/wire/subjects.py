"""Names on the wire between servers: accounts, outboxes, consumers and subjects.

Every name that crosses a link holds issuer, recipient and mode, so that no two pairs and no two modes can ever own the same subject at the hub.
One shape, `pair`: the consumer is named after the directed pair (`KR_R-JP_R`), and `*` in a grant stands only for the lane's outbox.
Only `real` and `exercise` have a root: the other modes never cross a link between nations' servers.
"""

from typing import NamedTuple

from bongsu.base.errors import BadValue
from bongsu.base.ids import check_code
from bongsu.model.message import Lane
from bongsu.model.mode import Mode

_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


class Mark(NamedTuple):
    """What sets a mode apart on the wire: the letter in account names and the root of its subjects."""

    letter: str
    root: str


MARKS: dict[Mode, Mark] = {Mode.REAL: Mark("R", "rel"), Mode.EXERCISE: Mark("E", "exr")}


def mark_of(mode: Mode) -> Mark:
    """The mark of a mode that may cross a link. Raises `BadValue` for the others."""
    mark = MARKS.get(mode)
    if mark is None:
        raise BadValue(f"mode {mode.value} never crosses a link", "use real or exercise")
    return mark


def account(partner: str, mode: Mode) -> str:
    """The release account of a partner in a mode: `KR_R`."""
    return f"{check_code(partner).upper()}_{mark_of(mode).letter}"


def link_account(partner: str, mode: Mode) -> str:
    """The account without users or streams that the link to the hub is bound to: `KR_RL`."""
    return account(partner, mode) + "L"


def national_account(partner: str) -> str:
    """The account joined to nothing, for a nation's own use: `KR_NAT`."""
    return f"{check_code(partner).upper()}_NAT"


def outbox(recipient: str, lane: Lane) -> str:
    """The stream that holds what is released to a recipient on a lane: `PROMPT_JP`."""
    return f"{lane.value.upper()}_{check_code(recipient).upper()}"


def consumer(issuer: str, recipient: str, mode: Mode) -> str:
    """The durable reading position of a recipient in an issuer's outboxes: `KR_R-JP_R`."""
    return f"{account(issuer, mode)}-{account(recipient, mode)}"


def released(issuer: str, recipient: str, mode: Mode, lane: Lane) -> str:
    """Prefix of the subjects that an issuer may publish for a recipient on a lane: `rel.JP.KR.prompt`."""
    return f"{mark_of(mode).root}.{check_code(recipient).upper()}.{check_code(issuer).upper()}.{lane.value}"


def parcel_subject(issuer: str, recipient: str, mode: Mode, lane: Lane, name: str) -> str:
    """The subject that a parcel is published on; on the latest lane it names what a newer one replaces."""
    return f"{released(issuer, recipient, mode, lane)}.{'m' if lane is Lane.PROMPT else token(name)}"


def pull(issuer: str, recipient: str, mode: Mode, stream: str) -> str:
    """The subject on which a recipient asks for what waits in an issuer's outbox: `PULL.KR_R.JP_R.PROMPT_JP`; `stream` may be `*`."""
    return f"PULL.{account(issuer, mode)}.{account(recipient, mode)}.{stream}"


def next_message(issuer: str, recipient: str, mode: Mode, stream: str = "*") -> str:
    """The server's own call behind `pull`."""
    return f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer(issuer, recipient, mode)}"


def acknowledgements(issuer: str, recipient: str, mode: Mode) -> str:
    """The subjects on which a recipient acknowledges an issuer's messages."""
    return f"{acknowledged(issuer, recipient, mode, '*')}>"


def acknowledged(issuer: str, recipient: str, mode: Mode, stream: str) -> str:
    """The same of one outbox, as a prefix."""
    return f"$JS.ACK.{stream}.{consumer(issuer, recipient, mode)}."


def mail_name(partner: str, mode: Mode) -> str:
    """The name in a partner's certificate that the hub maps to its account; `.example` is reserved, so it is nobody's address."""
    return f"{check_code(partner)}-{mode.value}@bongsu.example"


def token(name: str) -> str:
    """Any text as one token of a subject: letters, digits, `-` and `_` stay, every other byte becomes `=XX`; never empty, and unique."""
    encoded = name.encode("utf-8")
    return "".join(chr(byte) if byte in _PLAIN else f"={byte:02X}" for byte in encoded) or "="
