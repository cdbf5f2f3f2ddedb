"""The flight of a drill's object, step by step.

Our own dynamics, independent of `flight` ("share the path, not the truth").

Frame: inertial, axes those of the earth-fixed frame (WGS-84) at the moment of launch; the Earth turns below it. The
rows handed out are earth-fixed. Forces: two-body gravity with J2, drag of an atmosphere that turns with the Earth,
and the push of the stages. A stage pushes with `force / (1 - fraction * t / burn)` metres per second squared:
constant thrust on a mass that shrinks by `fraction`. The push stands upright until `pitch_start_s`, leans smoothly
towards the kick until `pitch_end_s`, and from then on follows the motion through the air (gravity turn). A body that
pulls up glides below a height on its way down: lift stands across its motion through the air, upwards, in a fixed
ratio to drag.

Fourth-order Runge-Kutta; steps end exactly where a stage or the lean ends, so the landing point is a smooth function
of kick and scale. Valid for apogees of 20 to 20,000 km. Accuracy against DOP853 at 1e-11: under 1 m over 75 minutes
(tests/drill/test_truth.py). All kernels stand in this one file and call nothing outside it, because numba's cache
does not see changes in other files.
"""

import math

import numpy as np
import numpy.typing as npt

from bongsu.geo.kernels import njit

Array = npt.NDArray[np.float64]

GRAVITATION_M3_S2 = 3.986004418e14  # WGS-84 (NIMA TR8350.2, table 3.1)
EARTH_RATE_RAD_S = 7.292115e-5  # WGS-84
SEMI_MAJOR_M = 6_378_137.0  # WGS-84
SEMI_MINOR_M = 6_356_752.314245  # WGS-84
J2 = 1.082629821e-3  # WGS-84 (EGM96 C20)

# Density by height: US Standard Atmosphere 1976 every 10 km, log-linear between (within 8 % of it); none above 150 km.
AIR_STEP_M = 10_000.0
AIR_TOP_M = 150_000.0
_AIR_DENSITY_KG_M3 = (
    *(1.225, 0.41351, 0.088910, 0.018410, 3.9957e-3, 1.0269e-3, 3.0968e-4, 8.2829e-5),
    *(1.8458e-5, 3.416e-6, 5.604e-7, 9.708e-8, 2.222e-8, 8.152e-9, 3.831e-9, 2.076e-9),
)
AIR_LOG_DENSITY = np.log(np.array(_AIR_DENSITY_KG_M3))

PUSH_UPRIGHT, PUSH_LEANING, PUSH_ALONG, PUSH_NONE, PUSH_GLIDE = 0, 1, 2, 3, 4

FLEW_TO_GROUND, FLEW_TOO_LONG = 0, 1


@njit()
def height_m(x_m: float, y_m: float, z_m: float) -> float:
    """Height over WGS-84, measured along the radius: exact on the ground, within 40 m at 7,000 km."""
    across_m = math.hypot(x_m, y_m)
    radius_m = math.hypot(across_m, z_m)
    ground_m = SEMI_MAJOR_M * SEMI_MINOR_M * radius_m / math.hypot(SEMI_MINOR_M * across_m, SEMI_MAJOR_M * z_m)
    return radius_m - ground_m


@njit()
def density_kg_m3(height: float) -> float:
    """Air density at a height in metres; below the ground as on it, zero above 150 km."""
    if height >= AIR_TOP_M:
        return 0.0
    place = max(height, 0.0) / AIR_STEP_M
    layer = min(int(place), AIR_LOG_DENSITY.size - 2)
    part = place - layer
    return math.exp((1.0 - part) * AIR_LOG_DENSITY[layer] + part * AIR_LOG_DENSITY[layer + 1])


@njit()
def _slope(t_s: float, state: Array, plan: Array, push: Array, out: Array) -> None:
    """Time derivative of the inertial state (6,) in m, m/s.

    `plan` = up (3), kick (3), pitch start, pitch end, mass per area going up, and coming down, lift over drag and the
    height below which it pulls up; `push` = mode, start, burn, force, fraction.
    """
    x, y, z, vx, vy, vz = state
    radius2 = x * x + y * y + z * z
    radius = math.sqrt(radius2)
    pull = -GRAVITATION_M3_S2 / (radius2 * radius)
    bulge = 1.5 * J2 * SEMI_MAJOR_M**2 / radius2
    flat = 5.0 * z * z / radius2
    ax = pull * x * (1.0 + bulge * (1.0 - flat))
    ay = pull * y * (1.0 + bulge * (1.0 - flat))
    az = pull * z * (1.0 + bulge * (3.0 - flat))
    wx, wy, wz = vx + EARTH_RATE_RAD_S * y, vy - EARTH_RATE_RAD_S * x, vz
    speed = math.sqrt(wx * wx + wy * wy + wz * wz)
    mode = int(push[0])
    density = density_kg_m3(height_m(x, y, z))
    if density > 0.0:
        drag = 0.5 * density * speed / (plan[9] if mode >= PUSH_NONE else plan[8])
        ax, ay, az = ax - drag * wx, ay - drag * wy, az - drag * wz
        if mode == PUSH_GLIDE and speed > 0.0:
            climb = (wx * x + wy * y + wz * z) / (speed * radius)
            across = math.sqrt(max(1.0 - climb * climb, 1e-9))
            lift = plan[10] * drag * speed / across
            ax += lift * (x / radius - climb * wx / speed)
            ay += lift * (y / radius - climb * wy / speed)
            az += lift * (z / radius - climb * wz / speed)
    if mode < PUSH_NONE:
        force = push[3] / (1.0 - push[4] * (t_s - push[1]) / push[2])
        if mode == PUSH_ALONG:
            dx, dy, dz = wx / speed, wy / speed, wz / speed
        else:
            lean = 0.0
            if mode == PUSH_LEANING:
                part = (t_s - plan[6]) / (plan[7] - plan[6])
                lean = part * part * (3.0 - 2.0 * part)
            ex, ey, dz = plan[0] + lean * plan[3], plan[1] + lean * plan[4], plan[2] + lean * plan[5]
            long = math.sqrt(ex * ex + ey * ey + dz * dz)
            cos, sin = math.cos(EARTH_RATE_RAD_S * t_s) / long, math.sin(EARTH_RATE_RAD_S * t_s) / long
            dx, dy, dz = cos * ex - sin * ey, sin * ex + cos * ey, dz / long
        ax, ay, az = ax + force * dx, ay + force * dy, az + force * dz
    out[0], out[1], out[2], out[3], out[4], out[5] = vx, vy, vz, ax, ay, az


@njit()
def _step(t_s: float, state: Array, step_s: float, plan: Array, push: Array, out: Array, work: Array) -> None:
    """One Runge-Kutta step of order four from `state` into `out`; `work` (5, 6) is scratch."""
    _slope(t_s, state, plan, push, work[0])
    for i in range(6):
        work[4, i] = state[i] + 0.5 * step_s * work[0, i]
    _slope(t_s + 0.5 * step_s, work[4], plan, push, work[1])
    for i in range(6):
        work[4, i] = state[i] + 0.5 * step_s * work[1, i]
    _slope(t_s + 0.5 * step_s, work[4], plan, push, work[2])
    for i in range(6):
        work[4, i] = state[i] + step_s * work[2, i]
    _slope(t_s + step_s, work[4], plan, push, work[3])
    for i in range(6):
        out[i] = state[i] + step_s / 6.0 * (work[0, i] + 2.0 * work[1, i] + 2.0 * work[2, i] + work[3, i])


@njit()
def _keep(t_s: float, state: Array, row: Array) -> None:
    """Writes time and the earth-fixed position and velocity of an inertial state into a row (7,)."""
    x, y, z, vx, vy, vz = state
    wx, wy = vx + EARTH_RATE_RAD_S * y, vy - EARTH_RATE_RAD_S * x
    cos, sin = math.cos(EARTH_RATE_RAD_S * t_s), math.sin(EARTH_RATE_RAD_S * t_s)
    row[0] = t_s
    row[1], row[2], row[3] = cos * x + sin * y, cos * y - sin * x, z
    row[4], row[5], row[6] = cos * wx + sin * wy, cos * wy - sin * wx, vz


@njit()
def _coast_step_s(height: float) -> float:
    """The longest step that keeps the error of a coasting step under a millimetre: short where the air bites."""
    if height > 250_000.0:
        return 5.0
    if height > AIR_TOP_M:
        return 1.0
    return 0.1 if height > 60_000.0 else 0.05


@njit()
def _coast(
    time_s: float, state: Array, count: int, plan: Array, rows: Array, after: Array, work: Array
) -> tuple[int, int]:
    """Falls from an inertial state to the ground; rows from `count` on. A body with lift pulls up once, for good."""
    none = np.array([float(PUSH_NONE), 0.0, 1.0, 0.0, 0.0])
    while True:
        if count >= rows.shape[0]:
            return count, FLEW_TOO_LONG
        before_m = height_m(state[0], state[1], state[2])
        falling = state[0] * state[3] + state[1] * state[4] + state[2] * state[5] < 0.0
        if plan[10] > 0.0 and falling and before_m < plan[11]:
            none[0] = float(PUSH_GLIDE)
        step_s = _coast_step_s(before_m)
        _step(time_s, state, step_s, plan, none, after, work)
        after_m = height_m(after[0], after[1], after[2])
        if after_m <= 0.0:
            low_s, part_s = 0.0, step_s
            for _ in range(60):
                middle_s = 0.5 * (low_s + part_s)
                _step(time_s, state, middle_s, plan, none, after, work)
                if height_m(after[0], after[1], after[2]) > 0.0:
                    low_s = middle_s
                else:
                    part_s = middle_s
            _step(time_s, state, part_s, plan, none, after, work)
            _keep(time_s + part_s, after, rows[count])
            return count + 1, FLEW_TO_GROUND
        state[:] = after
        time_s += step_s
        _keep(time_s, state, rows[count])
        count += 1


@njit("UniTuple(int64,2)(float64[::1],float64[::1],float64[:,::1],boolean,float64[:,::1])")
def fly(site_m: Array, plan: Array, segments: Array, coasts: bool, rows: Array) -> tuple[int, int]:
    """Flies from rest on the rotating Earth to the ground.

    `site_m` (3,) earth-fixed; `plan` (12,) as in `_slope`; `segments` (S, 6): push row (5) and the segment's end in
    seconds; `coasts` false stops with the last segment; `rows` (M, 7) receives time, position, velocity (earth-fixed).
    Gives (number of rows, FLEW_TO_GROUND or FLEW_TOO_LONG).
    """
    state, after, work = np.zeros(6), np.zeros(6), np.zeros((5, 6))
    state[:3] = site_m
    state[3], state[4] = -EARTH_RATE_RAD_S * site_m[1], EARTH_RATE_RAD_S * site_m[0]
    time_s, count = 0.0, 1
    _keep(time_s, state, rows[0])
    for segment in segments:
        start_s = time_s
        steps = math.ceil((segment[5] - start_s) / 0.25)
        if count + steps >= rows.shape[0]:
            return count, FLEW_TOO_LONG
        for number in range(steps):
            step_s = (segment[5] - start_s) / steps
            _step(start_s + number * step_s, state, step_s, plan, segment, after, work)
            state[:] = after
            time_s = start_s + (number + 1) * step_s
            _keep(time_s, state, rows[count])
            count += 1
            if height_m(state[0], state[1], state[2]) < -1.0:
                return count, FLEW_TO_GROUND
    if not coasts:
        return count, FLEW_TO_GROUND
    return _coast(time_s, state, count, plan, rows, after, work)


@njit("UniTuple(int64,2)(float64[::1],float64[::1],float64[:,::1])")
def fall(row: Array, plan: Array, rows: Array) -> tuple[int, int]:
    """Falls from an earth-fixed row (7,) of `fly` to the ground: `plan` and the answer as there, `rows` from that on."""
    time_s = row[0]
    cos, sin = math.cos(EARTH_RATE_RAD_S * time_s), math.sin(EARTH_RATE_RAD_S * time_s)
    state = np.zeros(6)
    state[0], state[1], state[2] = cos * row[1] - sin * row[2], sin * row[1] + cos * row[2], row[3]
    state[3] = cos * row[4] - sin * row[5] - EARTH_RATE_RAD_S * state[1]
    state[4] = sin * row[4] + cos * row[5] + EARTH_RATE_RAD_S * state[0]
    state[5] = row[6]
    rows[0] = row
    return _coast(time_s, state, 1, plan, rows, np.zeros(6), np.zeros((5, 6)))
