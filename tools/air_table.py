"""How far true air lies from the table of the U.S. Standard Atmosphere in `flight.atmosphere`: NRLMSIS 2.1 over places, seasons and hours.

For every 5 km up to 120 km: mean density over the table's, and the spread (1 sigma) of its logarithm. And how fast the logarithm of the ratio wanders
with height, as a variance for each metre, which `filters.LN_BETA_WALK_PER_M` must cover (only the ratio of density and beta is ever seen). Activity of the
Sun and of the Earth's field is given, so that nothing is downloaded.

    python -m pip install -r requirements/air.in && python tools/air_table.py [--json]
"""

from __future__ import annotations

import argparse
import importlib
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STEP_M = 5000.0
TOP_M = 120_000.0
LATITUDES_DEG = np.arange(-75.0, 76.0, 15.0)
LONGITUDES_DEG = np.array([0.0, 130.0, 240.0])
DATES = np.array([f"2024-{month:02d}-15T{hour:02d}:00" for month in range(1, 13) for hour in (0, 12)], "datetime64[s]")
FLUX, FLUX_MEAN, FIELD = 120.0, 120.0, 8.0  # a middling Sun and a quiet field: below 100 km they hardly matter


def true_density() -> tuple[Array, Array]:
    """Heights (H,) in metres and densities (D, P, H) in kg/m3, by date and place."""
    model: Any = importlib.import_module("pymsis")
    heights = np.arange(0.0, TOP_M + 1.0, STEP_M)
    count = len(DATES)
    told = model.calculate(
        DATES, LONGITUDES_DEG, LATITUDES_DEG, heights / 1e3, np.full(count, FLUX), np.full(count, FLUX_MEAN),
        np.full((count, 7), FIELD), version=2.1,
    )  # fmt: skip
    return heights, np.asarray(told[..., 0], float).reshape(count, -1, len(heights))


def table_density(heights: Array) -> Array:
    """The table's density (H,)."""
    from bongsu.flight.atmosphere import density

    return np.array([density(float(height))[0] for height in heights])


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args()
    heights, density = true_density()
    ratio = np.log(density / table_density(heights)).reshape(-1, len(heights))
    mean, spread = np.exp(ratio.mean(axis=0)), ratio.std(axis=0)
    wander = np.diff(ratio, axis=1).var(axis=0) / STEP_M
    bias = np.diff(ratio.mean(axis=0)) ** 2 / STEP_M
    rows = [
        {"altitude_m": float(height), "mean_ratio": round(float(mean[k]), 4), "sigma_ln": round(float(spread[k]), 4)}
        for k, height in enumerate(heights)
    ]
    below = heights[1:] <= 90_000.0
    walk = {"wander_per_m": float(wander[below].mean()), "with_table_per_m": float((wander + bias)[below].mean())}
    if options.json:
        print(json.dumps({"rows": rows, **walk}))
        return
    print("altitude km  density / table  sigma of ln")
    for row in rows:
        print(f"{row['altitude_m'] / 1e3:11.0f}  {row['mean_ratio']:15.3f}  {row['sigma_ln']:11.3f}")
    alone, both = walk["wander_per_m"], walk["with_table_per_m"]
    print(f"ln density wanders by {alone:.2e} a metre below 90 km, {both:.2e} with what the table is off")


if __name__ == "__main__":
    main()
