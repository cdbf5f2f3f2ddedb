"""A notice to ships and aircraft about an impact at sea: drafted here, issued by the competent authority."""

from bongsu.model.noun import Noun


class SeaNotice(Noun, frozen=True):
    """Version `version` of the draft for one event: `status` `draft` (in force, by our estimate) or `cancelled`, which says why in `reason`.

    `corners_rad`: latitude and longitude of the area's corners in order, not closed; `from_ns` to `until_ns` the time of danger. `texts` by language and
    `forms` (`navarea`, `notam`) are ready to be sent, and marked in every paragraph outside of reality; `to` by language.
    """

    notice: str
    event: str
    version: int
    status: str
    time_ns: int
    corners_rad: tuple[tuple[float, float], ...]
    from_ns: int
    until_ns: int
    texts: dict[str, str]
    to: dict[str, str]
    forms: dict[str, str]
    reason: str = ""
    launched_ns: int | None = None
