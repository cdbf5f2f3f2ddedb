"""A joint statement: a text that each member of a circle signs exactly as it stands."""

from bongsu.model.noun import Noun


class Statement(Noun, frozen=True):
    """Version `version` of a text; `signatures` are (partner, key id, signature) in order of arrival; adopted when all members of that day have signed."""

    statement: str
    circle: str
    event: str
    version: int
    time_ns: int
    text: str
    members: tuple[str, ...]
    signatures: tuple[tuple[str, str, str], ...] = ()
