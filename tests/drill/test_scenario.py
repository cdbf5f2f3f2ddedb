"""The scenario language: what is packaged, what is refused and in which words."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import shapely

from bongsu.base.errors import BadInput
from bongsu.base.units import seconds_to_ns
from bongsu.cli.main import exit_code_of
from bongsu.drill import scenario as scenarios
from bongsu.drill.scenario_schema import Link

SMALL = """
name = "small"
title = "A small one"
teaches = "That it can be read."
exercise = "TEST-1"
start = 2026-05-01T03:00:00.250Z
after_last_impact_s = 10.0

[hub]
run_by = "us"

[[partners]]
code = "kr"
name = "Republic of Korea"

[[partners]]
code = "us"
name = "United States"

[[links]]
partner = "kr"
delay_s = 0.1

[[sensors]]
id = "kr-ship-1"
owner = "kr"
kind = "radar"
latitude_deg = 38.0
longitude_deg = 130.0
altitude_m = 20.0
sigma_range_m = 50.0
sigma_azimuth_deg = 0.03
sigma_elevation_deg = 0.03
rate_hz = 1.0
min_elevation_deg = 2.0
max_range_km = 3000.0

[[sensors]]
id = "us-sat-1"
owner = "us"
kind = "infrared"
latitude_deg = 0.0
longitude_deg = 140.0
altitude_m = 36_000_000.0
sigma_azimuth_deg = 0.001
sigma_elevation_deg = 0.001
rate_hz = 0.5

[[launches]]
id = "one"
at_s = 5.0
latitude_deg = 39.2
longitude_deg = 127.6
bearing_deg = 85.0
apogee_km = 190.0
range_km = 780.0

[[launches.reported]]
reporter = "Somebody"
field = "flight_s"
value = 470.0

[[false_alarms]]
id = "test-signal"
sensor = "kr-ship-1"
cause = "a test signal"
at_s = -40.0
from_s = 10.0
until_s = 40.0
latitude_deg = 39.4
longitude_deg = 127.6
bearing_deg = 80.0
apogee_km = 200.0
range_km = 800.0

[[operators]]
node = "kr"
name = "kr-watch-1"
role = "watch"
actions = [
    { do = "acknowledge", after_s = 8.0 },
    { do = "stance", after_s = 9.0, position = "concur", about = "us" },
    { do = "retract", after_s = 30.0, false_alarm = "test-signal", reason = "a test signal" },
]

[[injects]]
inject = "link_cut"
node = "kr"
at_s = 20.0
until_s = 30.0

[[injects]]
inject = "sensor_outage"
sensor = "kr-ship-1"
at_s = 20.0
until_s = 30.0

[[pace]]
from_s = 0.0
speed = 2.0

[[pace]]
before_last_impact_s = 60.0
speed = 4.0

[[expectations]]
expect = "warned"
node = "kr"
by_s = 60.0
launch = "one"

[[expectations]]
expect = "truth_flight_time"
reporter = "Somebody"
within_percent = 3.0
launch = "one"
"""


def parse(text: str) -> scenarios.Scenario:
    return scenarios.parse(text.encode(), "small.toml")


def refusal(text: str) -> str:
    with pytest.raises(BadInput) as caught:
        parse(text)
    assert caught.value.exit_code == 2
    line = str(caught.value)
    assert "\n" not in line
    return line


@pytest.mark.parametrize("name", scenarios.names())
def test_packaged_scenarios_load_and_fly(name: str) -> None:
    drill = scenarios.load(name)
    assert drill.name == name
    assert len(drill.teaches) > 30
    flights = scenarios.solve(drill)
    scenarios.solve_false_alarms(drill)
    assert list(flights) == [launch.id for launch in drill.launches]
    assert drill.end_ns(flights) > drill.start_ns
    speeds = drill.speeds(flights)
    assert speeds[0][0] == drill.start_ns
    assert [moment for moment, _ in speeds] == sorted({moment for moment, _ in speeds})


def test_the_names_are_those_of_the_issue() -> None:
    assert set(scenarios.names()) >= {"hwasong-18-2023-07-12", "overflight-2022-10-04", "false-alarm", "salvo"}


def test_the_lofted_flight_is_the_reported_one() -> None:
    drill = scenarios.load("hwasong-18-2023-07-12")
    flight = scenarios.solve(drill)["hwasong-18"]
    assert flight.flight_s == pytest.approx(4491.0, rel=0.03)
    assert flight.apogee_m == pytest.approx(6_648_400.0, rel=0.02)
    assert math.degrees(flight.bearing_rad) == pytest.approx(62.0, abs=3.0)
    assert 42.0 < math.degrees(flight.impact_latitude_rad) < 44.0
    assert 136.0 < math.degrees(flight.impact_longitude_rad) < 139.3, "in the sea west of Hokkaido"


def test_the_overflight_passes_northern_japan_in_22_minutes() -> None:
    flight = scenarios.solve(scenarios.load("overflight-2022-10-04"))["overflight"]
    assert flight.flight_s == pytest.approx(1320.0, abs=60.0)
    places = [flight.geodetic(float(second)) for second in range(0, int(flight.flight_s), 5)]
    over = [math.degrees(latitude) for latitude, longitude, _ in places if 140.0 < math.degrees(longitude) < 141.6]
    assert over
    assert all(39.0 < latitude < 42.5 for latitude in over)


def test_the_salvo_begins_within_half_a_minute() -> None:
    drill = scenarios.load("salvo")
    starts = [launch.at_s for launch in drill.launches]
    assert len(starts) == 3
    assert max(starts) - min(starts) <= 30.0
    assert all(400.0 <= launch.range_km <= 800.0 for launch in drill.launches)


def test_no_sensor_of_a_packaged_scenario_is_on_land(root: Path) -> None:
    outlines = json.loads((root / "src/bongsu/console/static/geo/land-50m.json").read_text(encoding="utf-8"))
    polygons = []
    for ring in outlines["rings"]:
        longitude, latitude, points = 0, 0, []
        for east, north in zip(ring[::2], ring[1::2], strict=True):
            longitude, latitude = longitude + east, latitude + north
            points.append((longitude * outlines["scale"], latitude * outlines["scale"]))
        if len(points) > 3:
            polygons.append(shapely.make_valid(shapely.Polygon(points)))
    land = shapely.STRtree(polygons)

    def ashore(longitude: float, latitude: float) -> bool:
        return bool(land.query(shapely.Point(longitude, latitude), predicate="within").size)

    assert ashore(127.0, 37.5)
    assert ashore(138.5, 36.0)
    for name in scenarios.names():
        for plan in scenarios.load(name).sensors:
            assert not ashore(plan.longitude_deg, plan.latitude_deg), (name, plan.id)


def test_the_small_one_is_read() -> None:
    drill = parse(SMALL)
    flights = scenarios.solve(drill)
    assert drill.codes == ("kr", "us")
    assert drill.start_ns == 1_777_604_400_250_000_000
    assert drill.link("kr").delay_s == 0.1
    assert drill.link("us") == Link(partner="us")
    last = flights["one"].impact_ns
    assert drill.end_ns(flights) == last + seconds_to_ns(10)
    assert drill.speeds(flights) == ((drill.start_ns, 2.0), (last - seconds_to_ns(60), 4.0))


# text to replace, its replacement, what the one line must say
FAULTS: list[tuple[str, str, str]] = [
    ("apogee_km = 190.0", "apogee = 190.0", r"small.toml: launches[0].apogee: unknown key; did you mean apogee_km"),
    ("range_km = 780.0", "range_m = 780.0", "launches[0].range_m: unknown key; did you mean range_km"),
    ("speed = 2.0", "sped = 2.0", "pace[0].sped: unknown key; did you mean speed"),
    ("rate_hz = 1.0", "rate = 1.0", "sensors[0].rate: unknown key; did you mean rate_hz"),
    ('title = "A small one"', 'titel = "A small one"', "small.toml: titel: unknown key; did you mean title"),
    ('title = "A small one"', 'zzz = "A small one"', "small.toml: zzz: unknown key; correct or remove it (known here:"),
    ("after_s = 8.0 }", "after_m = 8.0 }", "operators[0].actions[0].after_m: unknown key; did you mean after_s"),
    ("by_s = 60.0", "by = 60.0", "expectations[0].by: unknown key; did you mean by_s"),
    ("within_percent = 3.0", "within = 3.0", "expectations[1].within: unknown key"),
    ("delay_s = 0.1", "delay = 0.1", "links[0].delay: unknown key; did you mean delay_s"),
    ('title = "A small one"', "", "small.toml: title: a key is missing; add it"),
    ('cause = "a test signal"', "", "false_alarms[0].cause: a key is missing"),
    ("apogee_km = 190.0", 'apogee_km = "190"', "launches[0].apogee_km: expected `float`, got `str`"),
    ("apogee_km = 190.0", "apogee_km = nan", "launches[0].apogee_km: not a finite number"),
    ("speed = 2.0", "speed = inf", "pace[0].speed: not a finite number"),
    ("after_last_impact_s = 10.0", "after_last_impact_s = 1e9", "small.toml: after_last_impact_s: expected `float` <="),
    ("at_s = 5.0", "at_s = true", "launches[0].at_s: expected `float`, got `bool`"),
    ("latitude_deg = 39.2", "latitude_deg = 93.2", "launches[0].latitude_deg: expected `float` <= 90.0"),
    ("longitude_deg = 127.6\nbearing_deg = 85.0", "longitude_deg = 190.0\nbearing_deg = 85.0", "launches[0].longitude"),
    ("bearing_deg = 85.0", "bearing_deg = 360.0", "launches[0].bearing_deg: expected `float` < 360.0"),
    ("apogee_km = 190.0", "apogee_km = -5.0", "launches[0].apogee_km: expected `float` >= 20.0"),
    ("sigma_range_m = 50.0", "sigma_range_m = 0.0", "sensors[0].sigma_range_m"),
    ("rate_hz = 1.0", "rate_hz = 1000.0", "sensors[0].rate_hz: expected `float` <= 20.0"),
    ('kind = "radar"', 'kind = "sonar"', "sensors[0].kind: invalid enum value 'sonar'"),
    (
        'do = "acknowledge"',
        'do = "shrug"',
        "operators[0].actions[0].do: 'shrug' is none of its kinds; use one of acknowledge, ",
    ),
    (
        'inject = "link_cut"',
        'inject = "flood"',
        "injects[0].inject: 'flood' is none of its kinds; use one of broker_crash, ",
    ),
    ('expect = "warned"', 'expect = "sunshine"', "expectations[0].expect: 'sunshine' is none of its kinds; use one of"),
    ("start = 2026-05-01T03:00:00.250Z", "start = 2026-05-01T03:00:00.250", "small.toml: start"),
    ("start = 2026-05-01T03:00:00.250Z", 'start = "soon"', "small.toml: start"),
    ("after_last_impact_s = 10.0", "", "duration_s: the end must be said once"),
    ("after_last_impact_s = 10.0", "after_last_impact_s = 10.0\nduration_s = 5.0", "the end must be said once"),
    ('run_by = "us"', 'run_by = "xx"', "hub.run_by: 'xx' is not a partner's code; use one of kr, us"),
    ('code = "us"', 'code = "kr"', "partners: 'kr' stands twice"),
    ('code = "us"', 'code = "U S"', "partners[1].code"),
    ('partner = "kr"', 'partner = "jp"', "links[0].partner: 'jp' is not a partner's code"),
    ('owner = "us"', 'owner = "jp"', "sensors[1].owner: 'jp' is not"),
    ('id = "us-sat-1"', 'id = "kr-ship-1"', "sensors: 'kr-ship-1' stands twice"),
    ('id = "us-sat-1"', 'id = "us-pinegap"', "sensors[1].id: sensors are invented and named plainly"),
    ("latitude_deg = 38.0", "latitude_deg = 38.5", "sensors[0].latitude_deg: sensors are invented and stand on whole"),
    ("longitude_deg = 130.0", "longitude_deg = 128.0", "sensors[0].latitude_deg: a ship stands on land (KR"),
    ("max_range_km = 3000.0", "max_range_km = 2950.0", "sensors[0].max_range_km: sensors are invented and have round"),
    ("max_range_km = 3000.0", "", "sensors[0].max_range_km: a radar measures range; add it"),
    ("sigma_range_m = 50.0", "", "sensors[0].sigma_range_m: a radar measures range"),
    ("min_elevation_deg = 2.0", "min_elevation_deg = -2.0", "sensors[0].min_elevation_deg"),
    ("altitude_m = 20.0", "altitude_m = 2000.0", "sensors[0].altitude_m: a radar stands on a ship"),
    ("rate_hz = 1.0", "rate_hz = 1.0\ncloud_top_km = 3.0", "sensors[0].cloud_top_km: a radar sees no plume"),
    (
        "rate_hz = 0.5",
        "rate_hz = 0.5\nmax_range_km = 3000.0",
        "sensors[1].max_range_km: an infrared sensor measures no",
    ),
    ("altitude_m = 36_000_000.0", "altitude_m = 36.0", "sensors[1].altitude_m: an infrared sensor is in orbit"),
    ('id = "test-signal"', 'id = "one"', "launches and false_alarms: 'one' stands twice"),
    ('sensor = "kr-ship-1"\ncause', 'sensor = "us-sat-1"\ncause', "false_alarms[0].sensor: 'us-sat-1' is not a radar"),
    ("until_s = 40.0", "until_s = 5.0", "false_alarms[0].from_s: at_s, from_s and until_s are not in order"),
    ('node = "kr"\nname', 'node = "jp"\nname', "operators[0].node: 'jp' is not a partner's code"),
    ('about = "us"', 'about = "jp"', "operators[0].actions[1].about: 'jp' is not"),
    ('false_alarm = "test-signal"', 'false_alarm = "one"', "actions[2].false_alarm: 'one' is not a false alarm"),
    ('node = "kr"\nname', 'node = "us"\nname', "actions[2].false_alarm: its sensor is another nation's"),
    ('node = "kr"\nat_s', 'node = "jp"\nat_s', "injects[0].node: 'jp' is not"),
    ('sensor = "kr-ship-1"\nat_s = 20.0', 'sensor = "kr-ship-9"\nat_s = 20.0', "injects[1].sensor: 'kr-ship-9' is not"),
    (
        "at_s = 20.0\nuntil_s = 30.0\n\n[[injects]]",
        "at_s = 40.0\nuntil_s = 30.0\n\n[[injects]]",
        "injects[0].until_s: it ends",
    ),
    ("from_s = 0.0\nspeed", "speed", "pace[0]: its moment must be said once"),
    ("before_last_impact_s = 60.0", "from_s = 0.0", "pace[1].from_s: the moments are not in order"),
    ('launch = "one"\n\n[[exp', "[[exp", "expectations[0].launch: it is not said which launch is meant"),
    ('by_s = 60.0\nlaunch = "one"', 'by_s = 60.0\nlaunch = "two"', "expectations[0].launch: 'two' is not a launch"),
    ('percent = 3.0\nlaunch = "one"', 'percent = 3.0\nlaunch = "test-signal"', "a false alarm has no truth"),
    ('reporter = "Somebody"\nwithin', 'reporter = "Nobody"\nwithin', "expectations[1].reporter: 'Nobody' is not who"),
    ('expect = "warned"\nnode = "kr"', 'expect = "warned"\nnode = "jp"', "expectations[0]: 'jp' is not a partner's"),
    (
        'expect = "warned"\nnode = "kr"\nby_s = 60.0',
        'expect = "retracted"\neverywhere_within_s = 5.0',
        "expectations[0].launch: a true launch is not retracted",
    ),
    (
        'expect = "warned"\nnode = "kr"\nby_s = 60.0',
        'expect = "areas_alerted"\nnode = "kr"\nincludes = ["Atlantis"]',
        "'Atlantis' is not an area of",
    ),
    ("[hub]", "[hub", "small.toml: not TOML"),
    ('name = "small"', 'name = "small"\nname = "twice"', "small.toml: not TOML"),
]


@pytest.mark.parametrize(("old", "new", "says"), FAULTS, ids=[f"{number}" for number in range(len(FAULTS))])
def test_faults_are_refused_in_one_line(old: str, new: str, says: str) -> None:
    assert old in SMALL, "the fault must change something"
    assert says in refusal(SMALL.replace(old, new, 1))


PLANNED = """
[[objectives]]
id = "warn"
text = "To warn."

[[msel]]
at_s = 20.0
event = "The line is cut."
expected_action = "Kr says that it is cut off."
objective = "warn"
inject = "cut"
player = "kr"
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("bearing_deg = 85.0", 'kind = "manoeuvring"\nbearing_deg = 85.0', "launches[0].pull_up: a flight of kind"),
        ("bearing_deg = 85.0", "orbit = { burn_s = 90.0 }\nbearing_deg = 85.0", "belongs to kind satellite"),
        ("bearing_deg = 85.0", 'kind = "gliding"\nbearing_deg = 85.0', "launches[0].kind"),
        (
            "bearing_deg = 85.0",
            'zones = [{ name = "z", piece = "main", south_deg = 2.0, north_deg = 1.0, west_deg = 0.0, east_deg = 1.0 }]\n'
            "bearing_deg = 85.0",
            "launches[0].zones[0]: its bounds are not in order",
        ),
        ('inject = "link_cut"', 'id = "cut"\ninject = "link_cut"', ""),
        ('objective = "warn"\ninject', 'objective = "wran"\ninject', "msel[0].objective: 'wran' is not"),
        ('inject = "cut"\nplayer', 'inject = "gone"\nplayer', "msel[0].inject: 'gone' is not an inject's id"),
        ('player = "kr"', 'player = "cn"', "msel[0].player"),
        (
            'name = "Republic of Korea"',
            'name = "Korea"\njoins_s = 9.0\nleaves_s = 8.0',
            "partners[0].leaves_s: it leaves",
        ),
        ("by_s = 60.0", 'by_s = 60.0\nobjective = "no"', "expectations[0].objective: 'no' is not an objective"),
    ],
)
def test_faults_of_planning_are_refused_in_one_line(old: str, new: str, says: str) -> None:
    text = (SMALL + PLANNED).replace('inject = "link_cut"', 'id = "cut"\ninject = "link_cut"', 1)
    if not says:
        assert parse(text).msel[0].inject == "cut"
        return
    assert old in text, "the fault must change something"
    assert says in refusal(text.replace(old, new, 1))


def test_a_cast_fills_in_what_a_file_leaves_out() -> None:
    start = SMALL.index("[hub]")
    end = SMALL.index("[[launches]]")
    text = SMALL[:start].replace("start =", 'cast = "three-nations"\nstart =') + SMALL[end:]
    drill = parse(text)
    assert drill.codes == ("kr", "us", "jp")
    assert [one.name for one in drill.operators] == ["kr-watch-1"], "what the file says itself stands"
    assert "cast: no cast is called 'four'" in refusal(text.replace("three-nations", "four"))


def test_no_expectation_is_refused() -> None:
    text = SMALL[: SMALL.index("[[expectations]]")]
    assert "expectations: a key is missing" in refusal(text)
    assert "cannot fail" in refusal("expectations = []\n" + text)


def test_bytes_that_are_not_text_are_refused() -> None:
    with pytest.raises(BadInput, match=r"small\.toml: not UTF-8 at byte 3"):
        scenarios.parse(b"abc\xff", "small.toml")


def test_an_unknown_name_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="did you mean salvo"):
        scenarios.load("salvos")
    with pytest.raises(BadInput, match="no such file"):
        scenarios.load(str(tmp_path / "none.toml"))
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * 300_000)
    with pytest.raises(BadInput, match="bytes are too many"):
        scenarios.load(str(large))


def test_a_path_is_read(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL, encoding="utf-8")
    assert scenarios.load(str(tmp_path / "small.toml")).name == "small"


def test_list_names_what_each_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code_of(["scenario", "list", "--json"]) == 0
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == list(scenarios.names())
    assert all(row["teaches"] for row in rows)


def test_check_says_good_or_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad, impossible = (tmp_path / f"{name}.toml" for name in ("good", "bad", "impossible"))
    good.write_text(SMALL, encoding="utf-8")
    bad.write_text(SMALL.replace("apogee_km = 190.0", "apogee = 190.0"), encoding="utf-8")
    impossible.write_text(SMALL.replace("apogee_km = 190.0", "apogee_km = 20.0"), encoding="utf-8")
    assert exit_code_of(["scenario", "check", str(good), "salvo"]) == 0
    assert capsys.readouterr().out.count(": good (") == 2
    assert exit_code_of(["scenario", "check", str(bad), str(good), str(impossible)]) == 2
    out, err = capsys.readouterr()
    assert out.count(": good (") == 1
    assert err.splitlines()[0].startswith(f"bongsu: {bad}: launches[0].apogee: unknown key; did you mean apogee_km")
    assert err.splitlines()[1].startswith(f"bongsu: {impossible}: launches[0]: no flight from there")


def test_a_person_has_a_role_of_drills_that_may_do_what_is_scripted() -> None:
    line = refusal(SMALL.replace('role = "watch"', 'role = "observer"'))
    assert "operators[0].role" in line
    line = refusal(SMALL.replace('role = "watch"', 'role = "consult"'))
    assert "operators[0].actions[0].do" in line
    assert "'consult' may not acknowledge" in line
    assert line.endswith("one that may: watch, alert-approve")
