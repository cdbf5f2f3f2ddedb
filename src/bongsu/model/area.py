"""An area for public alerts: a province, a district, or an island group of its own."""

from bongsu.model.noun import Noun


class Area(Noun, frozen=True):
    """Names by language (`en`, `ko`, `ja`), always shown with the country's: both Koreas have a Kangwon. `replaces` keeps subscribers of a split area."""

    id: str
    level: str
    country: str
    names: dict[str, str]
    country_names: dict[str, str]
    parent: str | None = None
    replaces: tuple[str, ...] = ()
    valid_from: str = ""
