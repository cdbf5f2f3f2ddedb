"""A real node says that something is up to its own nation's exercise node: once an event, without content, and hears nothing back."""

from __future__ import annotations

import socket
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from bongsu.adapters.hold_signal import SIGNAL
from bongsu.model.alarm import Alarm, AlarmState
from bongsu.model.mode import Mode
from bongsu.node.config import HoldTable
from bongsu.node.run import Node
from tests.views.items import Teller, at

CALLING = Alarm(
    event="kr-V1",
    event_version=1,
    state=AlarmState.ACTIVE_UNACKNOWLEDGED,
    time_ns=at(1.0),
    raised_ns=at(1.0),
    reason="launch_reported",
)


def datagrams(alarms: list[Alarm], signals: bool = True) -> list[bytes]:
    """What comes to the port of the exercise node when the core of a real node makes these."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.setblocking(False)
        node = Node.__new__(Node)
        port = listener.getsockname()[1] if signals else 0
        node.__dict__.update(
            settings=SimpleNamespace(hold=HoldTable(signal_port=port)), clock=object(), _holds={}, _told_alarms={}
        )
        teller = Teller(mode=Mode.REAL)
        for alarm in alarms:
            node._stand_or_go([teller.item(1.0, alarm)])
        heard = []
        while True:
            try:
                heard.append(listener.recv(1024))
            except BlockingIOError:
                return heard


def test_each_event_that_calls_is_signalled_once_and_without_content() -> None:
    again = replace(CALLING, event_version=2, reason="impact_predicted")
    other = replace(CALLING, event="kr-V2")
    assert datagrams([CALLING, again, other]) == [SIGNAL, SIGNAL]


@pytest.mark.parametrize("state", [one for one in AlarmState if one is not AlarmState.ACTIVE_UNACKNOWLEDGED])
def test_what_calls_nobody_signals_nothing(state: AlarmState) -> None:
    assert datagrams([replace(CALLING, state=state)]) == []


def test_without_a_port_nobody_is_told() -> None:
    assert datagrams([CALLING], signals=False) == []
