"""Air density over altitude: a table of the U.S. Standard Atmosphere 1976, interpolated in the logarithm.

Knots every 5 km from 0 to 150 km; above that no drag is modelled (below 1e-9 kg/m3 it moves an impact by less than a metre). Below the
table the lowest interval is extended. Within 3 % of the standard itself between knots. True air differs from the standard by 10 to 25 %
between 20 and 90 km (season, latitude): that belongs to the uncertainty of the ballistic coefficient, of which only the ratio
density / beta is ever seen.
Source: U.S. Standard Atmosphere 1976, table of density. Test: tests/flight/test_atmosphere.py.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bongsu.geo.kernels import njit

_STEP_M = 5000.0
TOP_M = 150_000.0
_DENSITY_KG_M3 = np.array(
    [
        1.225, 0.7364, 0.4135, 0.1948, 8.891e-2, 4.008e-2, 1.841e-2, 8.463e-3, 3.996e-3, 1.966e-3, 1.027e-3,
        5.681e-4, 3.097e-4, 1.632e-4, 8.283e-5, 3.992e-5, 1.846e-5, 8.220e-6, 3.416e-6, 1.393e-6, 5.604e-7,
        2.325e-7, 9.708e-8, 4.289e-8, 2.222e-8, 1.291e-8, 8.152e-9, 5.465e-9, 3.831e-9, 2.781e-9, 2.076e-9,
    ]
)  # fmt: skip
_LN_DENSITY: NDArray[np.float64] = np.log(_DENSITY_KG_M3)


@njit()
def density(altitude_m: float) -> tuple[float, float]:
    """Density (kg/m3) and inverse scale height (1/m, positive) at an altitude (m)."""
    if altitude_m >= TOP_M:
        return 0.0, 0.0
    i = int(altitude_m / _STEP_M) if altitude_m > 0.0 else 0
    slope = (_LN_DENSITY[i + 1] - _LN_DENSITY[i]) / _STEP_M
    below = max(-_STEP_M, altitude_m)
    return math.exp(_LN_DENSITY[i] + slope * (below - i * _STEP_M)), -slope
