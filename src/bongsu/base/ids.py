"""Identifiers: what each looks like, and the counter from which a node mints its own."""

import re

from bongsu.base.errors import BadValue

_CODE = re.compile(r"[a-z][a-z0-9]{1,7}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
_ITEM = re.compile(r"[a-z][a-z0-9]{1,7}(\.[1-9][0-9]*)?-[0-9]{1,18}", re.ASCII)


def check_code(text: str) -> str:
    """A partner's code such as `kr`: two to eight lower-case letters and digits. Raises `BadValue`."""
    if _CODE.fullmatch(text) is None:
        raise BadValue(
            f"{text!r} is not a partner's code", "use two to eight lower-case letters or digits, a letter first"
        )
    return text


def check_name(text: str) -> str:
    """A name in a subject, file or identifier (sensor, scenario, exercise): letters, digits, `-` and `_`, up to 64. Raises `BadValue`."""
    if _NAME.fullmatch(text) is None:
        raise BadValue(
            f"{text!r} is not a name", "use up to 64 letters, digits, - or _, and begin with a letter or digit"
        )
    return text


def is_item_id(text: str) -> bool:
    """Whether the text has the form of an item's id (`kr-17`; after a loss of the record `kr.2-17`)."""
    return _ITEM.fullmatch(text) is not None


def epoch_name(node: str, epoch: int) -> str:
    """What a node's names begin with in an epoch: `kr`, from the second on `kr.2`. So a name is never used again after a loss of the record."""
    return check_code(node) + ("" if epoch == 1 else f".{epoch}")


class IdCounter:
    """Mints `NODE-N` (first epoch) or `NODE.EPOCH-N`, N from 1: unique for a node for ever, and the same in a replay."""

    __slots__ = ("_prefix", "count")

    def __init__(self, node: str, epoch: int = 1, count: int = 0) -> None:
        self._prefix = epoch_name(node, epoch) + "-"
        self.count = count

    def mint(self) -> str:
        """The next id."""
        self.count += 1
        return f"{self._prefix}{self.count}"
