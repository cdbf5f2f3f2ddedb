"""What a run of a drill is asked for, and where it ends: shared by virtual time and real servers."""

from pathlib import Path

import msgspec

from bongsu.drill.scenario import Scenario
from bongsu.drill.truth import Flight


class RunPlan(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """What is to be played. `speed` None: virtual time. `file` is the scenario's name or path as given; `port` fixes the wall page's;
    `control` opens a door for exercise control, `wait`: it orders STARTEX.
    """

    scenario: Scenario
    flights: dict[str, Flight]
    file: str
    seed: int
    speed: float | None
    out: Path
    console: bool = True
    port: int | None = None
    restart: bool = True
    control: bool = False
    wait: bool = False


class RunResult(msgspec.Struct, frozen=True, eq=False):
    """A drill that has been played to its end: the folder whose subfolders are the nodes' records, and the scenario and
    flights as they were played, where control changed them.
    """

    record: Path
    scenario: Scenario | None = None
    flights: dict[str, Flight] | None = None
