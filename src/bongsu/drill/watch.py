"""What those who watch a live drill see: the newest word of each node, and the captions. The table and the wall are drawn from it."""

from collections import deque

import msgspec

from bongsu.base.limits import CAPTIONS_COUNT
from bongsu.core.inform.lifecycle import OPEN
from bongsu.drill.captions import Captions
from bongsu.drill.scenario import Scenario
from bongsu.model.alarm import Alarm
from bongsu.model.alert import Alert
from bongsu.model.event import Event
from bongsu.model.freshness import Freshness
from bongsu.model.head import Item
from bongsu.node.control import Seen


class NodeWatch(msgspec.Struct):
    """The newest word of one node on each event, alarm, alert and source."""

    code: str
    name: str
    up: bool = False
    events: dict[str, Event] = {}
    alarms: dict[str, Alarm] = {}
    alerts: dict[str, Alert] = {}
    sources: dict[str, Freshness] = {}

    def apply(self, body: Seen) -> None:
        """Take the newest."""
        match body:
            case Event():
                self.events[body.event] = body
            case Alarm():
                self.alarms[body.event] = body
            case Alert():
                self.alerts[body.event] = body
            case Freshness():
                self.sources[body.source] = body

    def has_open_warning(self) -> bool:
        """Whether one of its own warnings still stands."""
        return any(
            one.basis == "own" and one.warning.status in OPEN
            for event in self.events.values()
            for one in event.assessments
        )


class Watch:
    """All nodes of one drill. `told` gets each caption as it is made."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.nodes = {partner.code: NodeWatch(partner.code, partner.name) for partner in scenario.partners}
        self.captions: deque[str] = deque(maxlen=CAPTIONS_COUNT)
        self.said_count = 0
        self._captions = Captions(scenario)

    def hear(self, code: str, item: Item[Seen]) -> None:
        """An item that a node told."""
        self.nodes[code].apply(item.body)
        for caption in self._captions.of(code, item):
            self.say(caption)

    def say(self, caption: str) -> None:
        """Add a caption."""
        self.captions.append(caption)
        self.said_count += 1
