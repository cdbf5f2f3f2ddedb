"""The way of each object so far, in bounded memory: recent points whole, older ones ever more widely spaced, the first always kept."""

from bongsu.base.limits import PICTURE_PATH_POINTS_COUNT, PICTURE_PATHS_COUNT
from bongsu.model.warning import Path
from bongsu.views.shape import PathPoint, PathView

RECENT_COUNT = PICTURE_PATH_POINTS_COUNT // 4
"""The newest quarter is never thinned: it shows where the object turns."""


class Trails:
    """Trails by originator and warning (`kr.kr-E1`). A path older than the newest of its trail adds nothing to a picture of now and is left out."""

    def __init__(self) -> None:
        self._points: dict[str, list[PathPoint]] = {}
        self._views: dict[str, PathView] = {}
        self._newest: dict[str, tuple[str, Path]] = {}

    def fork(self) -> "Trails":
        """The same, to go its own way."""
        other = Trails()
        other._points = {name: list(points) for name, points in self._points.items()}
        other._views, other._newest = dict(self._views), dict(self._newest)
        return other

    def add(self, origin: str, path: Path) -> bool:
        """Take one point up; False where it is not newer."""
        name = f"{origin}.{path.warning}"
        points = self._points.setdefault(name, [])
        if points and points[-1].time_ns >= path.time_ns:
            return False
        points.append(PathPoint(path.time_ns, path.latitude_rad, path.longitude_rad, path.altitude_m))
        if len(points) > PICTURE_PATH_POINTS_COUNT:
            old = points[:-RECENT_COUNT]
            self._points[name] = old[::2] + points[-RECENT_COUNT:]
        self._newest[name] = (origin, path)
        self._views.pop(name, None)
        if len(self._points) > PICTURE_PATHS_COUNT:
            self._drop(min(self._points, key=lambda trail: self._points[trail][-1].time_ns))
        return True

    def views(self) -> dict[str, PathView]:
        """All trails; one that has not changed is the same object as last time."""
        for name, points in self._points.items():
            if name not in self._views:
                origin, path = self._newest[name]
                self._views[name] = PathView(
                    origin=origin, warning=path.warning, phase=path.phase, points=tuple(points)
                )
        return dict(self._views)

    def _drop(self, name: str) -> None:
        del self._points[name], self._newest[name]
        self._views.pop(name, None)
