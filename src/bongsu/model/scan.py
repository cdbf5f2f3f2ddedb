"""A look of one sensor. `RawScan` is what came through the feed; `Scan` is what the screen lets pass to the tracker."""

from bongsu.model.noun import Floats, Integers, Noun


class RawScan(Noun, frozen=True, eq=False):
    """Plots of one look as received, unchecked. Arrays have one entry a plot, in time order; `range_m` and `range_rate_m_s` are NaN where not measured.

    `number` is the sensor's own scan number, None where the feed gives none. `lines` are line numbers of a file (0 where there is none).
    """

    sensor: str
    number: int | None
    time_ns: Integers
    range_m: Floats
    azimuth_rad: Floats
    elevation_rad: Floats
    range_rate_m_s: Floats
    lines: Integers


class Scan(Noun, frozen=True, eq=False):
    """A screened look, in time order. No plots at all is information: `looks` empty looks in a row are one Scan with empty arrays.

    `start_ns` and `end_ns` span the look (or the run of empty looks).
    """

    sensor: str
    number: int | None
    start_ns: int
    end_ns: int
    time_ns: Integers
    range_m: Floats
    azimuth_rad: Floats
    elevation_rad: Floats
    range_rate_m_s: Floats
    looks: int = 1
