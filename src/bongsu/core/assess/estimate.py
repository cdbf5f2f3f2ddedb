"""Estimate: launch point and time, highest point, range, and where and when a flight will come down, each with its uncertainty.

Takes: `Track` (with the looks of its updates).
Gives: `Estimate`, whenever something in it can have changed by more than its thinning leaves open.
Remembers: for each track its looks of the powered phase, the launch fit to start the next one from, the newest figures.
Bounds: looks of one fit (`launch.LOOKS_COUNT`); tracks as the tracker's.
Sources: docs/explain/estimation.md; `flight.launch` (template bank), `flight.impact` (mean, Jacobian, drag).

`ballistic` is None until free flight is believed, then True, and False for a flight that is steered after burnout; there is an impact only with True.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np

from bongsu.base.units import NANOSECONDS_PER_SECOND, seconds_to_ns
from bongsu.core.assess.memory import pack, unpack
from bongsu.core.room import Caused, Due, Given
from bongsu.flight import batch, current, impact, launch
from bongsu.flight.atmosphere import density
from bongsu.geo.ellipses import ellipse_of_covariance
from bongsu.geo.frames import altitude_of
from bongsu.geo.geodesic import geodesic_inverse
from bongsu.model.estimate import Estimate, PointEstimate
from bongsu.model.head import Item, Now
from bongsu.model.noun import Floats
from bongsu.model.track import Phase, Track, TrackStatus

_FIT_EVERY_S = 2.0  # launch fits are this far apart at least, and later ones a twelfth of the looks' span
_FIT_SHARE = 1.0 / 12.0
_IMPACT_EVERY_S = 1.0  # of data time: an impact is told so often while looks come in
_REENTRY_EVERY_S = 0.5
_SOON_S = 1e-3
# Sites lie up to some hundred metres above the ellipsoid, and lines of sight come down at a slant.
_SITE_SIGMA_M = 150.0
_SITE_SIGMA_S = 0.5
_WIDEN = 1.3  # of the variance: the templates' tails are thinner than those of true ascents
_SLIP_S = 10.0
_SLIP_BETA = 2000.0
_ROWS_COUNT = 1200
_COLD_ROUNDS = 20
_BETTER = 0.8  # a start of free flight that is known this much better is worth a new fit
_BETTER_ALONE = 0.6  # without a look of the powered phase the templates' spread hides small gains
_IMPACT_LARGEST_M = (
    1.0e6  # a wider ellipse says nothing, nor is it one: the Earth bends, and paths do not stay linear so far
)
_LAUNCH_LARGEST_M = 4.0e5  # one sigma; a fit that knows less has not told where
_ASCENT_M = 600_000.0
_BACK_S = 10.0
_LONGEST_S = 6000.0
_LN_BETA = 8.3
_NO_MOMENTS = np.array([0.0, 0.0, -1e18])  # burnout is not told to the launch fit: the anchor says more
_WARM_ROUNDS = 6
_ANCHOR_FLOOR = np.diag(
    [150.0**2] * 3 + [8.0**2] * 3
)  # what the description of an ascent leaves out, in place and velocity


class _Known(msgspec.Struct):
    """What is remembered of one track; times in seconds from the tracker's zero."""

    rows: list[Floats] = []
    first_s: float = 0.0
    fitted_s: float | None = None
    reference: tuple[float, float] = (0.0, 0.0)
    thetas: Floats | None = None
    anchored: bool = False
    anchor_s: float = 0.0
    anchor_state: Floats | None = None
    anchor_covariance: Floats | None = None
    anchor_size: float = math.inf
    record: Floats = msgspec.field(default_factory=current.new_record)
    impact_s: float | None = None
    launch: PointEstimate | None = None
    impact: PointEstimate | None = None
    apogee_m: float | None = None
    sigma_apogee_m: float | None = None
    range_m: float | None = None
    bearing_rad: float | None = None
    ballistic: bool | None = None


class _State(msgspec.Struct):
    tracks: dict[str, _Known]


class Estimator:
    """The estimating room. See the module's head."""

    name = "estimate"
    takes: tuple[type, ...] = (Track,)

    def __init__(self) -> None:
        self._tracks: dict[str, _Known] = {}

    def handle(self, item: Item[Any], now: Now) -> list[Given]:
        """Bring the estimate of one track up to date."""
        track: Track = item.body
        known = self._tracks.get(track.track)
        if known is None:
            known = self._tracks[track.track] = _Known()
        if track.status is TrackStatus.ENDED:
            self._tracks.pop(track.track)
            return [self._tell(track, known)]
        now_s = (track.time_ns - track.looks_zero_ns) / NANOSECONDS_PER_SECOND
        settled = known.anchored and track.drag is not None and track.anchor_s is None  # nothing new on the launch
        changed = False if settled else self._launch(track, known, now_s)
        changed = self._impact(track, known, now_s) or changed
        return [self._tell(track, known)] if changed else []

    def due(self) -> Due:
        """Never: estimates follow tracks."""
        return Due()

    def tick(self, now: Now) -> list[Given]:
        """Nothing follows from time alone."""
        return []

    def state(self) -> bytes:
        """What is known of each track."""
        return pack(_State(self._tracks))

    def restore(self, state: bytes) -> None:
        """Take up a snapshot."""
        self._tracks = unpack(state, _State).tracks

    # Launch.

    def _launch(self, track: Track, known: _Known, now_s: float) -> bool:
        """Fit the launch again if looks of the powered phase, or a better start of free flight, came."""
        if known.anchored and track.drag is None and not track.steered:
            known.anchored, known.anchor_state, known.anchor_covariance = False, None, None  # it burns again
            known.anchor_size = math.inf
        fresh = track.looks is not None and not known.anchored and track.drag is None
        if fresh and track.looks is not None and len(known.rows) < _ROWS_COUNT:
            if not known.rows:
                known.first_s = float(track.looks[0, 0])
            known.rows += list(track.looks)
        if track.anchor_s is not None and track.anchor_state is not None and track.anchor_covariance is not None:
            known.anchored = True
            size = _size(track.anchor_covariance)
            if size < (_BETTER if known.rows else _BETTER_ALONE) * known.anchor_size:
                known.anchor_size = size
                rise = ascending(track.anchor_s, track.anchor_state, track.anchor_covariance)
                if rise is not None:
                    known.anchor_s, known.anchor_state, known.anchor_covariance = rise
                    self._fit(track, known, now_s)
                    return True
        wait = max(_FIT_EVERY_S, _FIT_SHARE * (now_s - known.first_s))
        if not fresh or (known.fitted_s is not None and now_s - known.fitted_s < wait):
            return False
        self._fit(track, known, now_s)
        return True

    def _fit(self, track: Track, known: _Known, now_s: float) -> None:
        known.fitted_s = now_s
        rows = _thinned(known.rows, known.anchor_s if known.anchored else math.inf)
        anchor_s, state, whitener = -1e18, np.zeros(6), np.eye(6)
        if known.anchored and known.anchor_state is not None and known.anchor_covariance is not None:
            anchor_s, state = known.anchor_s, known.anchor_state
            slip_m_s = _slip(state)  # from burnout to the anchor the description knows one drag only
            total = (
                known.anchor_covariance
                + _ANCHOR_FLOOR
                + np.diag([(0.5 * _SLIP_S * slip_m_s) ** 2] * 3 + [slip_m_s**2] * 3)
            )
            whitener = np.ascontiguousarray(np.linalg.inv(np.linalg.cholesky(total)))
        out = np.empty(11)
        warm = known.thetas is not None and self._solve(known, rows, anchor_s, state, whitener, _WARM_ROUNDS, out)
        if warm and out[9] < launch.credible_cost(out[10]):
            self._keep_launch(track, known, out)
            return
        if known.anchored:
            guess = launch.first_guess(state[:3], state[3:], anchor_s)
        else:
            guess = launch.first_guess(track.position_ecef_m, track.velocity_ecef_m_s, now_s)
        known.reference, known.thetas = guess[:2], guess[2]
        if self._solve(known, rows, anchor_s, state, whitener, _COLD_ROUNDS, out):
            self._keep_launch(track, known, out)

    def _solve(
        self, known: _Known, rows: Floats, anchor_s: float, state: Floats, whitener: Floats, rounds: int, out: Floats
    ) -> bool:  # fmt: skip
        assert known.thetas is not None
        latitude, longitude = known.reference
        return bool(
            launch.fit_launch(
                known.thetas, latitude, longitude, rows, anchor_s, state, whitener, _NO_MOMENTS,
                launch.PRIOR_MEANS, launch.PRIOR_INFORMATION, launch.PRIOR_LOG_DETERMINANT, known.thetas[0, :3].copy(),
                rounds, out, np.empty(6), np.empty((6, 6)),
            )
        )  # fmt: skip

    def _keep_launch(self, track: Track, known: _Known, out: Floats) -> None:
        widen = _WIDEN * max(1.0, out[9] / max(out[10], 1.0))
        cov = widen * np.array([[out[3], out[4]], [out[4], out[5]]]) + np.eye(2) * _SITE_SIGMA_M**2
        if not float(np.trace(cov)) < _LAUNCH_LARGEST_M**2:  # nor may it be no number at all
            return
        ellipse = ellipse_of_covariance(cov)
        if not (abs(out[0]) <= 0.5 * math.pi and ellipse.semi_major_m <= _LAUNCH_LARGEST_M):
            return  # a fit that ran away tells nothing: what was known stands
        known.launch = PointEstimate(
            latitude_rad=float(out[0]),
            longitude_rad=math.remainder(float(out[1]), 2.0 * math.pi),
            time_ns=track.looks_zero_ns + seconds_to_ns(float(out[2])),
            sigma_time_s=math.sqrt(widen * out[6] ** 2 + _SITE_SIGMA_S**2),
            semi_major_m=ellipse.semi_major_m,
            semi_minor_m=ellipse.semi_minor_m,
            bearing_rad=ellipse.bearing,
        )
        if known.impact is not None:
            length_m, bearing = geodesic_inverse(
                known.launch.latitude_rad,
                known.launch.longitude_rad,
                known.impact.latitude_rad,
                known.impact.longitude_rad,
            )
            known.range_m, known.bearing_rad = (length_m, bearing) if length_m == length_m else (None, None)

    # Impact.

    def _impact(self, track: Track, known: _Known, now_s: float) -> bool:
        """Bring the impact up to date with a state of free flight."""
        if track.steered:
            changed = known.ballistic is not False
            known.ballistic, known.impact = False, None
            return changed
        if track.drag is None:
            changed = known.ballistic is not None
            known.ballistic = known.impact = known.impact_s = None
            current.place_seen(known.record, track.position_ecef_m, track.covariance)
            return changed
        every = _REENTRY_EVERY_S if track.phase is Phase.REENTRY else _IMPACT_EVERY_S
        if known.impact_s is not None and (track.looks is None or now_s - known.impact_s < every - _SOON_S):
            return False
        known.impact_s = now_s
        known.ballistic = True
        latitude, longitude = (
            (math.nan, math.nan) if known.launch is None else (known.launch.latitude_rad, known.launch.longitude_rad)
        )
        out = np.empty(12)
        done = current.keep_current(
            known.record, track.position_ecef_m, track.velocity_ecef_m_s, track.covariance, track.drag, now_s, latitude,
            longitude, out,
        )  # fmt: skip
        if done == current.NOTHING:
            known.impact = None
            return True
        told = out.tolist()
        if told[11] > 0.0 or known.apogee_m is None:
            known.apogee_m, known.sigma_apogee_m = max(told[7], float(known.record[current.TOP])), told[8]
        if told[4] > _IMPACT_LARGEST_M:
            known.impact = None
            return True
        known.impact = PointEstimate(
            latitude_rad=told[0], longitude_rad=told[1], time_ns=track.looks_zero_ns + seconds_to_ns(told[2]),
            sigma_time_s=told[3], semi_major_m=told[4], semi_minor_m=told[5], bearing_rad=told[6],
        )  # fmt: skip
        known.range_m, known.bearing_rad = (told[9], told[10]) if told[9] == told[9] else (None, None)
        return True

    def _tell(self, track: Track, known: _Known) -> Given:
        drawn = known.launch is not None and known.impact is not None
        estimate = Estimate(
            track=track.track,
            time_ns=track.time_ns,
            launch=known.launch,
            impact=known.impact,
            apogee_m=known.apogee_m,
            sigma_apogee_m=known.sigma_apogee_m,
            range_m=known.range_m if drawn else None,
            bearing_rad=known.bearing_rad if drawn else None,
            ballistic=known.ballistic,
        )
        return Caused(estimate, event_ns=track.time_ns)


def _size(cov: Floats) -> float:
    """One number for what a start of free flight is worth to the launch fit: the spread of its velocity, and what the fit adds to it."""
    return math.sqrt(float(np.trace(cov[3:, 3:])) + float(np.trace(_ANCHOR_FLOOR[3:, 3:])))


def _slip(state: Floats) -> float:
    """How much speed (m/s) an unknown drag may take in `_SLIP_S` at a state (6,)."""
    rho, _ = density(altitude_of(*state[:3].tolist()))
    return 0.5 * rho * float(state[3:] @ state[3:]) / _SLIP_BETA * _SLIP_S


def ascending(time_s: float, state: Floats, cov: Floats) -> tuple[float, Floats, Floats] | None:
    """A free flight first seen late, carried back to its ascent: no later than where it rises through 600 km, or 70 % of its highest point.

    None when that cannot be told (seen too late, too poorly): then nothing is said of the launch.
    """
    x, p = np.append(state, _LN_BETA), np.zeros((7, 7))
    p[:6, :6] = cov
    out = np.empty(12)
    if not impact.predict_impact(x, p, out, np.empty(7), np.empty((4, 7))):
        return time_s, state, cov
    begun_s, top_m = time_s, float(out[7])
    while time_s - begun_s < _LONGEST_S:
        altitude_m = altitude_of(x[0], x[1], x[2])
        top_m = max(top_m, altitude_m)
        if float(x[:3] @ x[3:6]) > 0.0 and altitude_m <= min(_ASCENT_M, 0.7 * top_m):
            return begun_s, x[:6].copy(), p[:6, :6].copy()
        batch.carry_state(x, p, -_BACK_S)
        begun_s -= _BACK_S
        if altitude_of(x[0], x[1], x[2]) < 0.0:
            break
    return None


def _thinned(rows: list[Floats], until_s: float) -> Floats:
    """At most `launch.LOOKS_COUNT` looks up to a time, evenly chosen, in time order."""
    kept = sorted((row for row in rows if row[0] <= until_s), key=lambda row: (float(row[0]), float(row[19])))
    if len(kept) > launch.LOOKS_COUNT:
        kept = [kept[round(k)] for k in np.linspace(0, len(kept) - 1, launch.LOOKS_COUNT).tolist()]
    return np.array(kept) if kept else np.empty((0, 20))
