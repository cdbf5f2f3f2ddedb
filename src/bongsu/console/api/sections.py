"""A picture as named pieces of JSON, so that a page is sent only what has changed.

The names: `node`, `sources`, `doors`, `salvos`, `lines`, `clock`, `events/ID`, `paths/ID`, `statements/ID`, `waiting/ID`, `alerts/CHAIN`,
`notices/ID`. A page keeps them in a table; a message sets some and removes some. The whole picture is the message that sets all.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec

from bongsu.console.api import alerts, present
from bongsu.console.ports import PictureSource
from bongsu.model.head import Now
from bongsu.views.shape import PictureView

Sections = dict[str, bytes]


class Encoder:
    """Encodes pictures; pieces whose view is the same object as last time are taken over from there."""

    def __init__(self) -> None:
        self._json = msgspec.json.Encoder()
        self._kept: dict[str, tuple[object, bytes]] = {}

    def sections(self, view: PictureView) -> Sections:
        """All pieces of a picture but the clock."""
        found = {
            "node": self._json.encode(present.node(view)),
            "sources": self._json.encode([present.source(row) for row in view.sources]),
            "doors": self._json.encode(present.doors(view)),
            "salvos": self._json.encode(view.salvos),
            "lines": self._json.encode([present.line(row) for row in view.lines]),
        }
        kept: dict[str, tuple[object, bytes]] = {}
        for event, event_view in view.events.items():
            kept[f"events/{event}"] = self._encoded(f"events/{event}", event_view, present.event)
        for warning, path_view in view.paths.items():
            kept[f"paths/{warning}"] = self._encoded(f"paths/{warning}", path_view, present.path)
        for name, joint in view.statements.items():
            kept[f"statements/{name}"] = self._encoded(f"statements/{name}", joint, present.statement)
        for name, pending in view.waiting.items():
            kept[f"waiting/{name}"] = self._encoded(f"waiting/{name}", pending, present.waiting)
        for chain, draft in view.drafts.items():
            kept[f"alerts/{chain}"] = self._encoded(f"alerts/{chain}", draft, alerts.draft)
        for name, notice in view.notices.items():
            kept[f"notices/{name}"] = self._encoded(f"notices/{name}", notice, alerts.notice)
        self._kept = kept
        return found | {name: encoded for name, (_, encoded) in kept.items()}

    def clock(self, view: PictureView, now: Now) -> bytes:
        """The piece that changes by itself."""
        return self._json.encode(present.clock(now, view.now, view.speed, view.paused))

    def _encoded(self, name: str, view: Any, present_one: Any) -> tuple[object, bytes]:
        known = self._kept.get(name)
        if known is not None and known[0] is view:
            return known
        return view, self._json.encode(present_one(view))


def message(sequence: int, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> bytes:
    """What turns a page that shows `before` into one that shows `after`; from nothing, `whole` is true and the page begins anew."""
    changed = {name: msgspec.Raw(piece) for name, piece in after.items() if before.get(name) != piece}
    gone = [name for name in before if name not in after]
    return msgspec.json.encode({"sequence": sequence, "whole": not before, "set": changed, "gone": gone})


class PictureBoard:
    """One nation's picture as a `Board`: each state is encoded once for all pages."""

    def __init__(self, source: PictureSource) -> None:
        self._source = source
        self._encoder = Encoder()
        self._newest: tuple[int, Sections] | None = None

    def state(self) -> tuple[int, Sections]:
        """Number of the newest item, and the picture after it."""
        view = self._source.view()
        if self._newest is None or self._newest[0] != view.sequence:
            self._newest = view.sequence, self._encoder.sections(view)
        return self._newest

    def clock(self) -> bytes:
        """The node's clocks."""
        return self._encoder.clock(self._source.view(), self._source.now())

    def changes(self) -> AsyncIterator[None]:
        """As the source says."""
        return self._source.changes()
