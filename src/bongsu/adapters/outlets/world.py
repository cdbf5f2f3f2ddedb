"""What every outlet shares: the document of a `Release`, and the gate of the worlds.

An outlet is made for **one** mode and reads each document itself before it lets it out: a status of another mode, an exercise that is not named, a scope that
is not its status's, or a document that breaks CAP's rules is refused here, whatever the node thought. A replay or a simulation has no outlets at all.
"""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from bongsu.base.errors import BadInput, BongsuError
from bongsu.model.alert_draft import AlertDocument
from bongsu.model.message import Release
from bongsu.model.mode import Mode
from bongsu.model.sea_notice import SeaNotice
from bongsu.wire import cap12, cap12_rules
from bongsu.wire.cap12_rules import STATUSES
from bongsu.wire.cap12_types import CapAlert, CapError

CAP_MEDIA = "application/cap+xml"
NOTICE_MEDIA = "text/plain; charset=utf-8"
_MARKS = ("EXERCISE:", "[훈련]", "【訓練】")
_NOTICE_MARKS = {
    Mode.EXERCISE: ("EXERCISE {exercise}: ", "[훈련 {exercise}] ", "【訓練 {exercise}】"),
    Mode.TEST: ("TEST: ", "[시험] ", "【テスト】"),
}


class OutletError(BongsuError):
    """An outlet could not take a document; it may be tried again."""


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What of a released document an outlet works with, made from the release's members alone: a CAP document or, by its `media`, a notice."""

    document: str
    audience: str
    content: bytes
    media: str = CAP_MEDIA

    @property
    def file_name(self) -> str:
        """Its name as a file. Raises `CapError` for one that would leave its folder."""
        if "/" in self.document or "\\" in self.document or self.document.startswith("."):
            raise CapError("name", "alert/identifier", f"{self.document!r} is no name of a file")
        return f"{self.document}.{'xml' if self.media == CAP_MEDIA else 'txt'}"


class World(msgspec.Struct, frozen=True):
    """The one world that an outlet is of. Raises `BadInput` for a mode that has no outlets."""

    mode: Mode
    exercise: str = ""

    def __post_init__(self) -> None:
        if self.mode not in STATUSES:
            raise BadInput(f"mode {self.mode.value} has no outlets", "only real, exercise and test have", "outlets")

    def admit(self, document: Published) -> None:
        """Let a document of this world pass. Raises `CapError`."""
        if document.media == CAP_MEDIA:
            admit(document.content, self.mode, self.exercise)
        else:
            self._admit_notice(document.content)

    def _admit_notice(self, content: bytes) -> None:
        lines = [line for line in content.decode("utf-8").splitlines() if line.strip()]
        marks = {
            mode: tuple(mark.format(exercise=self.exercise) for mark in _NOTICE_MARKS[mode]) for mode in _NOTICE_MARKS
        }
        if self.mode is Mode.REAL:
            begins = tuple(mark.split("{")[0].strip() for row in _NOTICE_MARKS.values() for mark in row)
            good = not any(line.startswith(begins) for line in lines)
        else:
            good = all(line.startswith(marks[self.mode]) for line in lines)
        if not lines or not good:
            raise CapError("mark", "notice", f"the notice is not of mode {self.mode.value} {self.exercise}".rstrip())


class Outlet(Protocol):
    """One way out. `put` raises `CapError` for a document that is not of its world, `OutletError` for a fault of the world's."""

    name: str
    recipient: str

    async def put(self, document: Published, sealed: bytes | None = None) -> None:
        """Let it out, in its sealed form if there is one; the same document again changes nothing."""
        ...


def published(release: Release) -> Published | None:
    """The document in a release; None where it holds none."""
    if release.kind not in ("alert_document", "sea_notice"):
        return None
    members: dict[str, Any] = {"type": release.kind, **msgspec.json.decode(release.body)}
    if release.kind == "sea_notice":
        notice = msgspec.convert(members, SeaNotice)
        text = "\n\n".join([*notice.texts.values(), *notice.forms.values()]) + "\n"
        name = f"{notice.notice}.{notice.version}"
        return Published(document=name, audience="authorities", content=text.encode(), media=NOTICE_MEDIA)
    body = msgspec.convert(members, AlertDocument, builtin_types=())
    return Published(document=body.document, audience=body.audience, content=body.content)


def admit(document: bytes, mode: Mode, exercise: str) -> CapAlert:
    """The document as read, if it is of this world. Raises `CapError`."""
    read = cap12.decode(document).alert
    cap12_rules.check(read, mode, exercise if mode is Mode.EXERCISE else "")
    if mode is Mode.EXERCISE and not all(info.headline.startswith(_MARKS) for info in read.infos):
        raise CapError("mark", "alert/info/headline", "an exercise's document is marked in each language")
    return read
