"""A release decision: may this item, or which fields of it, leave for this recipient. Nothing leaves without one."""

from bongsu.model.noun import Noun


class Decision(Noun, frozen=True):
    """`allowed` for `kind` to `recipient` by `rule`, with the `fields` that leave and the reasons, those of refused fields included.

    `terms`: the line of our terms under which a partner has it, `no-consent` where none fits; empty for what goes to no partner.
    """

    item: str
    recipient: str
    kind: str
    allowed: bool
    rule: str
    reasons: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    terms: str = ""
