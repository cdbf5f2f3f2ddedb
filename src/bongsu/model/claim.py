"""A claim: what one reporter said of one figure. The ledger is made of these; no claim can ever create a warning.

Claims are never overwritten. A correction is another claim that names the one it corrects. Two times are kept: when the
reporter said it (`said_ns`), and when it was taken into the ledger (`recorded_ns`): so it can be asked what was known when.
"""

from enum import StrEnum

from bongsu.model.noun import Noun


class Bound(StrEnum):
    """How the reporter bounded the value."""

    EXACT = "exact"
    ABOUT = "about"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class Claim(Noun, frozen=True):
    """`reporter` said `value` of `field` of the launch.

    The unit of a number is the last part of `field`; a field that ends with `_time_ns` is an integer; others are text.
    `precision` is the half width, in the value's unit, of what rounds to this value (None: not known).
    `zone` is the offset in which the reporter gave a time, such as `+09:00`, or empty.
    """

    id: str
    launch: str
    reporter: str
    field: str
    value: float | int | str
    bound: Bound
    source: str
    recorded_ns: int
    said_ns: int | None = None
    precision: float | None = None
    zone: str = ""
    corrects: str | None = None
    note: str = ""
