"""Areas at risk of an event, by basis; drafting and sending of public alerts stands on this."""

from bongsu.model.noun import Noun


class AreaRisk(Noun, frozen=True):
    """One area that the impact ellipse or the overflight touches. `kind` is `impact` or `overflight`; `time_ns` when, None if unknown."""

    area: str
    kind: str
    time_ns: int | None = None


class Alert(Noun, frozen=True):
    """Version `version` of the alert of an event: the node's own areas that are touched, sorted by id; `status` is `alert`, `passed` or `withdrawn`.

    `area_set` is the version of the packaged areas; `basis` says whose assessments were used.
    """

    alert: str
    event: str
    version: int
    status: str
    time_ns: int
    area_set: str
    areas: tuple[AreaRisk, ...]
    basis: tuple[str, ...] = ()
    reason: str = ""
