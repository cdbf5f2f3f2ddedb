"""Control lines of a drill on standard input: orders of exercise control and commands of scripted persons, one JSON object a line.

    {"type":"exercise_order","order":"startex","exercise":"salvo-1","exercise_ns":...,"link_ns":...,"speed":1.0}
    {"type":"wrong_clock","offset_s":30.0}
    {"type":"command","command":"c1","kind":"acknowledge","actor":"drill","role":"duty","about":"E1","version":1,"scripted":true}

A line that is none of these is told on standard error and skipped. When the input ends the drill is dead or done, and so is the node.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from bongsu.base.errors import BadInput
from bongsu.base.limits import CONTROL_LINE_BYTES
from bongsu.model.alarm import Alarm
from bongsu.model.alert import Alert
from bongsu.model.alert_draft import AlertDraft
from bongsu.model.command import Command
from bongsu.model.event import Event
from bongsu.model.exercise import ExerciseOrder
from bongsu.model.freshness import Freshness
from bongsu.model.head import Item
from bongsu.model.hold import Hold


class WrongClock(msgspec.Struct, frozen=True, tag_field="type", tag="wrong_clock"):
    """The node's wall clock is wrong by `offset_s` from now on: only an exercise has wrong clocks."""

    offset_s: float


Line = ExerciseOrder | Command | WrongClock
Seen = Event | Alarm | Alert | AlertDraft | Freshness | Hold
"""What scripted persons of a drill, and its table, hear of a node."""

_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


async def follow_control(take: Callable[[Line], None]) -> None:
    """Hand on every line until standard input ends."""
    reader = await standard_input()
    while data := await reader.readline():
        if not data.strip():
            continue
        try:
            take(_decoder.decode(data))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            say(f"control line refused: {error}")
        except BadInput as error:
            say(f"control line refused: {error}")


async def standard_input() -> asyncio.StreamReader:
    """Standard input as a stream of the running loop."""
    reader = asyncio.StreamReader(limit=CONTROL_LINE_BYTES)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


def say(text: str) -> None:
    """One line on standard error."""
    sys.stderr.write(f"bongsu node: {text}\n")
    sys.stderr.flush()


def tell(**what: object) -> None:
    """One status line on standard output, for the parent; a parent that is gone is none."""
    try:
        sys.stdout.write(msgspec.json.encode(what).decode() + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        say(f"nobody reads standard output: {what.get('type')}")


def newest_seen(items: Iterable[Item[Any]]) -> list[Item[Any]]:
    """The newest word on each event, alarm, alert and source: what a restarted node says again."""
    newest: dict[tuple[str, str], Item[Any]] = {}
    for item in items:
        match item.body:
            case Event() | Alarm():
                subject = item.body.event
            case Alert():
                subject = item.body.alert
            case AlertDraft():
                subject = item.body.chain
            case Freshness():
                subject = item.body.source
            case Hold():
                subject = item.body.hold
            case _:
                continue
        newest[type(item.body).__name__, subject] = item
    return list(newest.values())


def tell_items(items: Iterable[Item[Any]]) -> None:
    """One line for each item that a person would see: `{"type":"item","head":{...},"body":{...}}`."""
    lines = [
        msgspec.json.encode({"type": "item", "head": item.head, "body": item.body}) + b"\n"
        for item in items
        if isinstance(item.body, Seen)
    ]
    if not lines:
        return
    try:
        sys.stdout.write(b"".join(lines).decode())
        sys.stdout.flush()
    except BrokenPipeError:
        say("nobody reads standard output: items")
