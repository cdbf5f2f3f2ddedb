"""Everything that a first detection would otherwise wait for: compiled kernels, areas, encoders, signatures."""

from __future__ import annotations

from bongsu.model.configuration import Configuration


def warm(configuration: Configuration) -> None:
    """Load and run what is slow the first time."""
    from bongsu.flight import kernels
    from bongsu.geo import areas

    kernels.warm()
    areas.load(configuration.area_set)
