"""What several nations' records speak of in common: one object for all that was said of it, with the best figures that their own statements give.

No truth is needed: this is for real events, and for drills turned back into scenarios.
"""

import math
from collections.abc import Sequence

import msgspec

from bongsu.base.units import ns_to_seconds
from bongsu.geo.frames import great_circle
from bongsu.model.estimate import Estimate, PointEstimate
from bongsu.model.warning import Path, Warning, WarningStatus
from bongsu.views.folded import Folded


class Known(msgspec.Struct):
    """What the nations said of one object: its `warnings` by originator and id, `said` by originator, when each node had its first
    warning of it, and with which status each ended.
    """

    name: str
    warnings: dict[tuple[str, str], None] = {}
    said: dict[str, list[tuple[int, Warning]]] = {}
    paths: dict[str, list[Path]] = {}
    first_ns: dict[str, int] = {}
    status: dict[str, WarningStatus] = {}

    def take(self, origin: str, warning: Warning, time_ns: int, paths: list[Path]) -> None:
        """One version of a nation's own warning."""
        self.said.setdefault(origin, []).append((time_ns, warning))
        self.paths[origin] = paths
        if warning.status is not WarningStatus.SUPERSEDED:
            self.status[origin] = warning.status

    @property
    def origins(self) -> list[str]:
        """Who spoke of it, the first to do so first."""
        return sorted(self.said, key=lambda origin: self.said[origin][0][0])

    @property
    def retracted(self) -> bool:
        """Whether everybody who spoke of it has taken it back."""
        return bool(self.status) and all(status is WarningStatus.RETRACTED for status in self.status.values())

    @property
    def estimates(self) -> list[Estimate]:
        """The newest of each originator that has a place of launch."""
        newest = []
        for versions in self.said.values():
            having = [
                one.estimate for _, one in versions if one.estimate is not None and one.estimate.launch is not None
            ]
            newest += having[-1:]
        return newest

    @property
    def launch(self) -> PointEstimate | None:
        """The best known place and time of launch."""
        return _best([one.launch for one in self.estimates])

    @property
    def launch_ns(self) -> int | None:
        """The best known time of launch."""
        return None if self.launch is None else self.launch.time_ns

    @property
    def impact(self) -> PointEstimate | None:
        """The best known place of impact; None where nobody holds it for ballistic."""
        return _best([one.impact for one in self.estimates if one.ballistic])

    @property
    def apogee_m(self) -> float | None:
        """The best known apogee, or the highest point of its path."""
        known = [one for one in self.estimates if one.apogee_m is not None]
        best = min(known, key=lambda one: one.sigma_apogee_m or math.inf, default=None)
        highest = max((point.altitude_m for points in self.paths.values() for point in points), default=None)
        return best.apogee_m if best is not None else highest

    @property
    def last(self) -> Path | None:
        """Where it was last."""
        return max((points[-1] for points in self.paths.values() if points), key=lambda one: one.time_ns, default=None)


def objects_of(folds: Sequence[Folded]) -> list[Known]:
    """The objects of some records, by time of launch: their events, joined where two have a warning in common."""
    found: list[Known] = []
    of_warning: dict[tuple[str, str], Known] = {}
    nodes = [folded.node for folded in folds]
    for folded in folds:
        for versions in folded.events.values():
            names = [(one.origin, one.warning.warning) for one in versions[-1].assessments]
            known = next((of_warning[name] for name in names if name in of_warning), None)
            if known is None:
                known = Known(f"object-{len(found) + 1}")
                found.append(known)
            for name in names:
                of_warning[name] = known
                known.warnings[name] = None
    for folded in folds:
        for one in folded.said:
            name = (one.origin, one.warning.warning)
            known = of_warning.get(name)
            if known is None and not folded.events:  # what joins them is not there, as others' words stand in it
                known = _nearest(found, one.warning.estimate)
                if known is None:
                    known = Known(f"object-{len(found) + 1}")
                    found.append(known)
                of_warning[name] = known
                known.warnings[name] = None
            if known is None:
                continue
            known.first_ns.setdefault(folded.node, one.time_ns)
            if (
                one.origin == folded.node or one.origin not in nodes
            ):  # a nation's own word from its own record, if it is there
                paths = folded.paths.get((one.origin, one.warning.warning), [])
                known.take(one.origin, one.warning, one.time_ns, paths)
    return sorted((known for known in found if known.said), key=lambda known: (known.launch_ns or 0, known.name))


def _nearest(found: list[Known], estimate: Estimate | None) -> Known | None:
    """The object whose best known launch is near that of an estimate in place and time."""
    if estimate is None or estimate.launch is None or estimate.launch.time_ns is None:
        return None
    begun = estimate.launch
    near = []
    for known in found:
        launch = known.launch
        if launch is not None and launch.time_ns is not None and begun.time_ns is not None:
            apart_m, _ = great_circle(
                launch.latitude_rad, launch.longitude_rad, begun.latitude_rad, begun.longitude_rad
            )
            apart_s = abs(ns_to_seconds(launch.time_ns - begun.time_ns))
            if apart_m <= _SAME_M and apart_s <= _SAME_S:
                near.append((apart_m, known.name, known))
    return min(near, key=lambda one: one[:2])[2] if near else None


_SAME_M, _SAME_S = 100_000.0, 30.0
"""First words of two nations on one launch are rarely further apart than this; launches of a salvo may be nearer."""


def _best(points: list[PointEstimate | None]) -> PointEstimate | None:
    """The one with the smallest ellipse."""
    known = [one for one in points if one is not None]
    return min(known, key=lambda one: one.semi_major_m if one.semi_major_m is not None else math.inf, default=None)
