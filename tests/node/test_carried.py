"""A changed policy begins a new epoch; what partners hold does not end with the old one: it goes on, is taken back, and replays to the same digest."""

import math
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bongsu.adapters.store import Durability, RecordReader
from bongsu.core.pipeline import Pipeline
from bongsu.core.room import Given, Memoryless
from bongsu.model.carried import Carried
from bongsu.model.command import Command
from bongsu.model.configuration import Configuration
from bongsu.model.delivery import Delivery
from bongsu.model.estimate import Estimate, PointEstimate
from bongsu.model.event import Event
from bongsu.model.head import Item, Now
from bongsu.model.health import Health
from bongsu.model.message import Lane, Outgoing, Received
from bongsu.model.receipt import Receipt
from bongsu.model.tick import Tick
from bongsu.model.warning import Warning, WarningStatus
from bongsu.node.engine import Engine, open_engine
from bongsu.record.entry import body_of
from bongsu.record.replay import replay
from tests.core.harness import POLICY, Node, at, configuration, estimate, outgoing_of, point

STRICT = POLICY + '\n[[rules]]\nname = "nothing-more-to-jp"\naction = "deny"\nrecipient = "jp"\nkind = "warning"\n'


def renamed(name: str) -> str:
    """Another policy that allows the same."""
    return POLICY.replace("all-to", f"{name}-to")


class Analysis(Memoryless):
    """Stands where the analysis would, and says the same in a replay: the estimate stands in the text of a `Health` input."""

    name = "analysis"
    takes = (Health,)

    def handle(self, item: Item[Health], now: Now) -> list[Given]:
        return [msgspec.json.decode(item.body.text, type=Estimate)]


def build(settings: Configuration) -> Pipeline:
    node = Node(settings.node)
    node.configuration = settings
    return Pipeline(settings, [Analysis(), *node.rooms()])


class Kr:
    """The issuer's engine through its lives, and jp's core that hears it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.jp = Node("jp")
        self.voice = Node("kr")
        self.begin(POLICY, 0)

    def begin(self, policy: str, seconds: float) -> None:
        settings = configuration("kr", policy=policy)
        self.engine: Engine = open_engine(self.folder, settings, build, at(seconds), durability=Durability.MEMORY_SPEED)
        self.deliver(seconds, self.engine.restart.unsent)

    def say(self, seconds: float, said: Estimate) -> list[Any]:
        text = msgspec.json.encode(said).decode()
        return self.step(seconds, Health(part="test", state="up", text=text))

    def retract(self, seconds: float, about: str) -> list[Any]:
        return self.step(seconds, retraction(about))

    def step(self, seconds: float, body: Any) -> list[Any]:
        bodies = [item.body for item in self.engine.step(at(seconds), body)]
        self.deliver(seconds, tuple(one for one in bodies if isinstance(one, Outgoing)))
        return bodies[1:]

    def deliver(self, seconds: float, leaving: tuple[Outgoing, ...]) -> None:
        for outgoing in outgoing_of(list(leaving), "jp"):
            self.jp.hear(at(seconds), self.voice, outgoing)


def launch(east_deg: float = 126.0) -> PointEstimate:
    return point(39.0, east_deg, 0.0)


def standing(kr: Kr) -> dict[str, WarningStatus]:
    """What jp's picture holds of kr."""
    return {
        one.warning.warning: one.warning.status
        for item in kr.jp.items
        if isinstance(item.body, Event)
        for one in item.body.assessments
        if one.origin == "kr"
    }


@pytest.mark.parametrize(
    "policy", [POLICY.replace("all-to", "some-to"), STRICT], ids=["same rules", "jp gets nothing more"]
)
def test_a_warning_that_was_open_when_the_policy_changed_is_taken_back(tmp_path: Path, policy: str) -> None:
    kr = Kr(tmp_path)
    kr.say(10, estimate(10, launch=launch()))
    assert standing(kr) == {"kr-E1": WarningStatus.INITIAL}
    kr.engine.close()
    kr.begin(policy, 60)
    assert kr.engine.configuration.epoch == 2
    kr.retract(70, "kr-E1")
    assert standing(kr) == {"kr-E1": WarningStatus.RETRACTED}
    kr.engine.close()
    with RecordReader(tmp_path) as reader:
        assert replay(reader.entries(), build).difference is None
        assert replay(reader.entries(), build).digest == reader.end().digest.hex()


def test_the_same_object_goes_on_under_its_old_name_and_another_gets_a_new_one(tmp_path: Path) -> None:
    kr = Kr(tmp_path)
    kr.say(10, estimate(10, launch=launch()))
    kr.engine.close()
    kr.begin(renamed("some"), 60)
    moved = estimate(70, launch=launch(), impact=point(41.0, 139.0, 900.0))
    said = [one for one in kr.say(70, moved) if isinstance(one, Warning)]
    assert [(one.warning, one.version, one.status) for one in said] == [("kr-E1", 2, WarningStatus.UPDATE)]
    other = [one for one in kr.say(80, estimate(80, track="T9", launch=launch(139.0))) if isinstance(one, Warning)]
    assert [(one.warning, one.version) for one in other] == [("kr.2-E1", 1)]
    assert set(standing(kr)) == {"kr-E1", "kr.2-E1"}
    kr.engine.close()


def test_what_was_said_but_had_not_left_is_said_again(tmp_path: Path) -> None:
    kr = Kr(tmp_path)
    kr.say(10, estimate(10, launch=launch()))
    text = msgspec.json.encode(estimate(40, launch=launch(), impact=point(41.0, 139.0, 900.0))).decode()
    kr.engine.step(at(40), Health(part="test", state="up", text=text))  # never carried to jp
    kr.engine.step(at(45), retraction("kr-E1"))
    kr.engine.close()
    assert standing(kr) == {"kr-E1": WarningStatus.INITIAL}
    kr.begin(renamed("some"), 60)
    assert standing(kr) == {"kr-E1": WarningStatus.RETRACTED}
    kr.engine.close()


def test_a_confirmed_end_is_not_said_again_but_can_still_be_taken_back(tmp_path: Path) -> None:
    kr = Kr(tmp_path)
    kr.say(10, estimate(10, launch=launch(), impact=point(41.0, 139.0, 20.0)))
    kr.step(60, Tick())
    assert standing(kr) == {"kr-E1": WarningStatus.IMPACTED}
    for partner in ("jp", "us"):
        heard = Node(partner)
        receipt = heard.say(at(61), Receipt(partner="kr", lane=Lane.PROMPT, epoch=1, up_to=9))
        for outgoing in outgoing_of(receipt, "kr", "receipt"):
            envelope = heard.sealed(outgoing)
            kr.engine.step(at(61), Received(claimed=partner, lane=outgoing.lane, envelope=envelope))
    kr.engine.close()
    kr.begin(renamed("some"), 100)
    assert not [one for one in kr.engine.restart.unsent if one.kind == "warning"]
    said = kr.retract(110, "kr-E1")
    assert {one.recipient for one in said if isinstance(one, Delivery)} == {"jp", "us"}
    assert standing(kr) == {"kr-E1": WarningStatus.RETRACTED}
    kr.engine.close()


def test_it_outlives_several_epochs_and_a_crash_between_the_first_two_inputs(tmp_path: Path) -> None:
    kr = Kr(tmp_path)
    kr.say(10, estimate(10, launch=launch()))
    for place, name in enumerate(("some", "few", "most")):
        kr.engine.close()
        kr.begin(renamed(name), 60 + place)
    assert kr.engine.configuration.epoch == 4
    kr.engine.close()
    with RecordReader(tmp_path) as reader:
        assert [entry.type for entry in reader.entries(kinds=("input",))] == ["configuration", "carried"]
    cut_after_the_configuration(tmp_path)
    kr.begin(renamed("most"), 70)
    with RecordReader(tmp_path) as reader:
        assert next(reader.entries()).type == "configuration"
    kr.retract(80, "kr-E1")
    assert standing(kr) == {"kr-E1": WarningStatus.RETRACTED}
    kr.engine.close()


def test_a_lost_record_beside_older_ones_uses_no_number_twice(tmp_path: Path) -> None:
    kr = Kr(tmp_path)
    kr.engine.close()
    kr.begin(renamed("some"), 60)
    kr.engine.close()
    (tmp_path / "record.db").unlink()
    kr.begin(renamed("some"), 70)
    assert kr.engine.configuration.epoch == 3
    kr.engine.close()


def retraction(about: str) -> Any:
    return Command(command="c", kind="retract", actor="An Officer", role="watch", about=about)


def cut_after_the_configuration(folder: Path) -> None:
    """Leave the record as it was when only its first input had been written."""
    settings = configuration("kr", policy=renamed("most"), epoch=4)
    (folder / "record.db").unlink()
    fresh = open_engine(folder / "fresh", settings, build, at(65), durability=Durability.MEMORY_SPEED)
    fresh.close()
    (folder / "fresh" / "record.db").rename(folder / "record.db")


def test_a_newest_carried_is_what_the_fold_says(tmp_path: Path) -> None:
    kr = Kr(tmp_path)
    kr.say(10, estimate(10, launch=launch()))
    kr.engine.close()
    kr.begin(renamed("some"), 60)
    kr.engine.close()
    with RecordReader(tmp_path) as reader:
        carried = next(body_of(entry) for entry in reader.entries(types=("carried",)))
    assert isinstance(carried, Carried)
    (one,) = carried.warnings
    assert one.holders == ("jp", "us") and one.again and carried.unread == 0
    assert one.cells["jp.launch"] == pytest.approx((39.0, 126.0)) and math.isclose(carried.epoch, 1)
