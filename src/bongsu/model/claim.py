"""A claim: what one reporter said of one figure. The ledger is made of these; no claim can ever create a warning."""

from bongsu.model.noun import Noun


class Claim(Noun, frozen=True):
    """`reporter` said `value` of `field` (unit in the field's name); `bound` is `exact`, `about`, `at_least` or `at_most`."""

    reporter: str
    field: str
    value: float
    bound: str
    source: str
    said_ns: int | None = None
