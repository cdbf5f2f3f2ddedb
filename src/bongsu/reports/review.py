"""The review of a drill as one self-contained HTML file: nothing is fetched, and the mark stands in every plot and on every printed page."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bongsu.base.time import format_time
from bongsu.base.units import ns_to_seconds
from bongsu.reports import charts
from bongsu.reports.material import Material
from bongsu.reports.opening import what_happened, what_sharing_bought
from bongsu.reports.style import svg

FILE_NAME = "review.html"


def write(folder: Path, material: Material) -> Path:
    """Write `review.html` into the folder of a drill's run; gives its path."""
    path = folder / FILE_NAME
    path.write_text(render(material), encoding="utf-8")
    return path


def render(material: Material) -> str:
    """The whole page as text."""
    environment = Environment(
        loader=PackageLoader("bongsu.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = _figure
    return environment.get_template("review.html.j2").render(
        material=material,
        review=material.review,
        nations=charts.nations_of(material),
        start=format_time(material.start_ns, 0),
        opening=(what_happened(material.review, material.title), what_sharing_bought(material.review)),
        plots=_plots(material),
        moments=[(f"{ns_to_seconds(one.time_ns - material.start_ns):.1f}", one) for one in material.moments],
    )


def _plots(material: Material) -> list[tuple[str, Markup]]:
    drawn = [
        ("Ground track", charts.ground_track, 5.6),
        ("Altitude", charts.altitude, 3.2),
        ("Error of the predicted impact", charts.impact_error, 3.2),
        ("Time line", charts.time_line, 3.0),
        ("Latency from plot to partner", charts.latency, 2.8),
    ]
    return [(title, Markup(svg(draw(material), material.mark, height_in=height))) for title, draw, height in drawn]


def _figure(value: Any, digits: int = 1) -> str:
    """A number for a table; a dash where there is none."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,.{digits}f}"
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)
