"""The rooms of a node in their order: a new room is placed here."""

from bongsu.core.assess.estimate import Estimator
from bongsu.core.assess.screen import Screen
from bongsu.core.assess.track import Tracker
from bongsu.core.exchange.link import Link
from bongsu.core.exchange.release import ReleaseRoom
from bongsu.core.exchange.send import Send
from bongsu.core.inform.alarm import AlarmRoom
from bongsu.core.inform.alert import AlertRoom
from bongsu.core.inform.alert_issue import AlertIssue
from bongsu.core.inform.consult import Consult
from bongsu.core.inform.desk import Desk
from bongsu.core.inform.hold import HoldRoom
from bongsu.core.inform.notices import Notices
from bongsu.core.inform.statements import Statements
from bongsu.core.inform.warn import Warn
from bongsu.core.pipeline import Pipeline
from bongsu.core.room import Room
from bongsu.model.configuration import Configuration


def build_rooms(configuration: Configuration) -> list[Room]:
    """All rooms, left to right."""
    return [
        Screen(configuration.sensors),
        Tracker(configuration.sensors),
        Estimator(),
        Link(configuration),
        Desk(configuration),
        HoldRoom(configuration),
        Warn(configuration),
        AlertRoom(configuration),
        AlertIssue(configuration),
        Notices(configuration),
        AlarmRoom(configuration),
        Consult(configuration),
        Statements(configuration),
        ReleaseRoom(configuration),
        Send(configuration),
    ]


def build_pipeline(configuration: Configuration) -> Pipeline:
    """The core of a node."""
    return Pipeline(configuration, build_rooms(configuration))
