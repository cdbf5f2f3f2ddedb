"""The real rooms, driven in virtual time by a detections file."""

import json
from collections.abc import Iterator
from pathlib import Path

from bongsu.adapters.feeds import Fed, Intake
from bongsu.base.time import parse_time
from bongsu.core.exchange.policy import parse
from bongsu.core.room import Due
from bongsu.geo import areas
from bongsu.model.bodies import Input
from bongsu.model.circle import Circle, Membership
from bongsu.model.configuration import Configuration, Role
from bongsu.model.head import Now
from bongsu.model.label import Label
from bongsu.model.mode import Mode
from bongsu.model.sensor import Sensor
from bongsu.model.tick import Tick
from bongsu.wire.detections import LineParser


def configuration_of(flight: Path, owner: str) -> Configuration:
    """A node of the owner of some of the file's sensors, with one partner that it hears nothing of."""
    parser = LineParser()
    parsed = [parser.parse(line) for line in flight.read_bytes().splitlines() if b'"sensor",' in line[:20]]
    partner = "us" if owner != "us" else "kr"
    policy = Path(areas.__file__).parents[2] / "core" / "exchange" / "default_policy.toml"
    members = tuple(Membership(partner=code, from_ns=0) for code in sorted((owner, partner)))
    return Configuration(
        node=owner,
        federation="trial",
        mode=Mode.TEST,
        exercise="trial-1",
        epoch=1,
        partners=tuple(sorted((owner, partner))),
        sensors=tuple(sensor for sensor in parsed if isinstance(sensor, Sensor) and sensor.owner == owner),
        public_keys=(),
        circles=(Circle(circle="trilateral", title="Trial", members=members),),
        rules=parse(policy.read_text(encoding="utf-8"), "default_policy.toml"),
        roles=(Role(role="duty", kinds=("acknowledge", "retract")),),
        label=Label(releasable_to=tuple(sorted((owner, partner)))),
        area_set=areas.LATEST,
        country=owner.upper(),
    )


def inputs_of(flight: Path, settings: Configuration, seconds: float) -> Iterator[tuple[int, list[Input]]]:
    """The first seconds of the file as bodies by their time."""
    owned = {sensor.id for sensor in settings.sensors}
    taken: list[Fed] = []
    intake = Intake(settings.sensors, taken.append, lambda: 0)
    until_ns: int | None = None
    for line in flight.read_bytes().splitlines():
        row = json.loads(line)
        if row["type"] == "sensor":
            continue
        time_ns = parse_time(row["time"])
        until_ns = until_ns or time_ns + int(seconds * 1e9)
        if time_ns > until_ns:
            return
        if row["sensor"] in owned:
            taken.clear()
            intake.take([line])
            yield time_ns, list(taken)


def schedule(flight: Path, settings: Configuration, seconds: float) -> list[tuple[Now, Input]]:
    """Inputs and the ticks between them, as a first run of the core asks for them."""
    from bongsu.core.rooms import build_pipeline

    pipeline = build_pipeline(settings)
    run: list[tuple[Now, Input]] = []

    def step(now: Now, body: Input) -> None:
        pipeline.step(now, body)
        run.append((now, body))

    for time_ns, bodies in inputs_of(flight, settings, seconds):
        while (due_ns := _earliest(pipeline.due())) is not None and due_ns < time_ns and run:
            tick_ns = max(due_ns, run[-1][0].link_ns + 1_000_000)
            if tick_ns >= time_ns:
                break
            step(Now(tick_ns, tick_ns), Tick())
        for body in bodies:
            step(Now(time_ns, time_ns), body)
    return run


def _earliest(due: Due) -> int | None:
    times = [time_ns for time_ns in (due.exercise_ns, due.link_ns) if time_ns is not None]
    return min(times) if times else None
