"""The core with its record: each input and what follows from it enter the record as one, and a restart takes up from there.

Synchronous and without clocks of its own: the live node drives it from a thread, a drill in virtual time from its own loop.

Restart = newest fitting snapshot + the inputs after it, stepped again at their recorded times. Where the record was written by another commit or
configuration nothing fits: it is set aside under its epoch's name, and a new record begins under the next epoch, so that message numbers can
never be used twice. What stood in the old one (`record/carry.py`) is the new one's first input after its configuration. The same where the disk
failed and messages left all the same: then the file `numbers-kept` is taken away (which a full disk allows), and unless all has reached the
disk before the process ends, the next one finds it missing. The same again where the record is ahead of the clock: it was wrong and has been set right, and
rooms that had to wait until it comes to where they are would be silent for as long.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec

from bongsu.adapters.store import ROW_BYTES, Durability, Place, RecordReader, Store, file_seal, place_of
from bongsu.base.errors import RecordError
from bongsu.base.limits import CLOCK_BACK_S, SNAPSHOT_S, SNAPSHOT_WORK_S
from bongsu.base.units import seconds_to_ns
from bongsu.core.pipeline import Pipeline, Snapshot
from bongsu.core.room import Due
from bongsu.model.bodies import Input
from bongsu.model.command import Command
from bongsu.model.configuration import Configuration
from bongsu.model.exercise import ExerciseOrder
from bongsu.model.head import Item, Now
from bongsu.model.message import Lane, Outgoing, Received, Release
from bongsu.node import policy_change
from bongsu.node.retention import Retention
from bongsu.node.signing import signed
from bongsu.node.undelivered import undelivered
from bongsu.record.base import Base, seal_for_base
from bongsu.record.carry import TYPES, carry
from bongsu.record.chain import Chain, End, Sign
from bongsu.record.codec import encode
from bongsu.record.entry import EntryKind, body_of, item_of
from bongsu.record.replay import now_of
from bongsu.record.snapshot import StoredSnapshot, key_of, newest_fitting, seal_for

_NUMBERS_KEPT = "numbers-kept"
_snapshot_decoder = msgspec.msgpack.Decoder(Snapshot)


class Restart(msgspec.Struct, frozen=True):
    """How an engine came up: from which entry's snapshot (0: none), how many inputs were stepped again, and the messages to offer again."""

    from_entry: int
    inputs: int
    unsent: tuple[Outgoing, ...]


class Engine:
    """One node's core and record. `step` is for one thread at a time; make it with `open_engine`."""

    def __init__(
        self,
        pipeline: Pipeline,
        store: Store,
        chain: Chain,
        configuration: Configuration,
        folder: Path,
        sign: Sign | None = None,
        retention: Retention | None = None,
    ) -> None:
        self.pipeline = pipeline
        self.store = store
        self._folder = folder
        self.configuration = configuration
        self.restart = Restart(0, 0, ())
        self._chain = chain
        self._sign = sign
        self._key = key_of(configuration)
        self._snapshots = store.durability is Durability.DISK
        self._snapshot_link_ns: int | None = None
        self._work_s = 0.0
        self._retention = retention or Retention()
        self._cut_link_ns: int | None = None
        self._cut_bytes = 0
        self._base: Base | None = None

    @property
    def number(self) -> int:
        """Number of the newest entry."""
        return self._chain.number

    @property
    def end(self) -> End:
        """Where the record stands: number, hash and digest."""
        return self._chain.end

    def due(self) -> Due:
        """When the core next needs a tick."""
        return self.pipeline.due()

    def step(self, now: Now, body: Input) -> list[Item[Any]]:
        """Handle one input: its own item comes first, then what follows. All of it is in the record, and on disk once `on_durable` says so.

        If a room breaks, the input enters the record as a fault before the error goes on: a restart passes it over.
        """
        begun_s = perf_counter()
        if isinstance(body, Command) and body.kind == "sign" and self._sign is not None:
            body = signed(body, self.configuration, self._sign)
        try:
            items = self.pipeline.step(now, body)
        except Exception as error:
            entry = self._chain.fault(now, body, f"{type(error).__name__}: {error}")
            self.store.append([entry], self._chain.end, [], urgent=True)
            raise
        self._work_s += perf_counter() - begun_s
        entries = self._chain.step(items)
        first = entries[0].number
        leaving = [(first + place, item.body) for place, item in enumerate(items) if isinstance(item.body, Outgoing)]
        urgent = isinstance(body, Received | Command) or any(message.lane is Lane.PROMPT for _, message in leaving)
        self.store.append(entries, self._chain.end, [(number, message.message) for number, message in leaving], urgent)
        if self._snapshots:
            if self._retention.cut_bytes is not None:
                self._cut_bytes += sum(len(entry.head) + len(entry.body) + ROW_BYTES for entry in entries)
            self._snapshot_if_due(now)
        if self._base is not None:
            self._remove(self._base)
        return items

    @property
    def removing(self) -> bool:
        """Whether a removal waits for the next step."""
        return self._base is not None

    def remove_before(self, base: Base) -> None:
        """At the next step, let `base` stand for the entries up to its own. Callable from any thread."""
        self._base = base

    def _remove(self, base: Base) -> None:
        now = self.pipeline.now
        seal = self._chain.seal(seal_for_base(base), now.exercise_ns, now.link_ns)
        self.store.append([seal], self._chain.end, [], urgent=False)
        self.store.remove(base)
        self._base = None

    def keep_numbers(self, kept: bool) -> str:
        """Note on disk whether every message that leaves is in the record; gives the fault in words where the disk does not take even that."""
        try:
            _mark_numbers(self._folder, kept)
        except OSError as error:
            return f"{_NUMBERS_KEPT} cannot be {'written' if kept else 'removed'} ({error.strerror})"
        return ""

    def close(self) -> None:
        """Seal the record and write everything. The engine is of no use after this."""
        now = self.pipeline.now
        checkpoint = self._chain.checkpoint(now.exercise_ns, now.link_ns, closed=True)
        self.store.append([checkpoint], self._chain.end, [], urgent=True)
        self.store.close()
        file_seal.write(self.store.place, self._sign)

    def snapshot(self) -> None:
        """Keep what the core remembers now."""
        now = self.pipeline.now
        cut = self._cut_due(now)
        # What stands for removed entries needs hash and digest of where they end: a checkpoint holds both.
        entries = [self._chain.checkpoint(now.exercise_ns, now.link_ns)] if cut else []
        state = msgspec.msgpack.encode(self.pipeline.snapshot())
        stored = StoredSnapshot(self._chain.number, self._key, state, cut)
        entries.append(self._chain.seal(seal_for(stored), now.exercise_ns, now.link_ns))
        self.store.append(entries, self._chain.end, [], urgent=False)
        self.store.keep_snapshot(stored)
        self._snapshot_link_ns = now.link_ns
        self._work_s = 0.0

    def count_on_from(self, reader: RecordReader) -> None:
        """After a restart: since when, and how much, since the last cut."""
        cuts = reader.cuts()
        since = cuts[-1] if cuts else 1
        self._cut_link_ns = next((entry.link_ns for entry in reader.entries(first=since, last=since)), None)
        if self._retention.cut_bytes is not None:
            first, last = 1 if reader.base is None else reader.base.entry, reader.end().number
            self._cut_bytes = reader.size_bytes() * (last - since) // max(last - first, 1)

    def _cut_due(self, now: Now) -> bool:
        """Whether older entries shall be removable up to here."""
        if self._cut_link_ns is None:
            self._cut_link_ns = now.link_ns
        span_ns, most = self._retention.cut_ns, self._retention.cut_bytes
        late = span_ns is not None and now.link_ns - self._cut_link_ns >= span_ns
        if not late and (most is None or self._cut_bytes < most):
            return False
        self._cut_link_ns, self._cut_bytes = now.link_ns, 0
        return True

    def newest_orders(self, count: int) -> list[ExerciseOrder]:
        """The newest orders of exercise control on record, in order."""
        with RecordReader(self.store.place) as reader:
            return [body for entry in reader.newest_orders(count) if isinstance(body := body_of(entry), ExerciseOrder)]

    def shown_before(self, count: int) -> list[Item[Any]]:
        """What a console must know after a restart: the configuration, and the newest items that change slowly."""
        with RecordReader(self.store.place) as reader:
            entries = [*reader.entries(last=1), *reader.newest_shown(count)]
        return [item_of(entry) for entry in entries]

    def undelivered(self, outlets: dict[str, str], exercise_ns: int) -> list[tuple[Release, list[str]]]:
        """Releases of documents that live still, each with the outlets (by name and recipient) of which the record does not know what became of it."""
        with RecordReader(self.store.place) as reader:
            return undelivered(reader, self.number, outlets, exercise_ns)

    def _snapshot_if_due(self, now: Now) -> None:
        """By link time, and by the work that a restart would have to do again: it must be ready within seconds at any pace of a drill."""
        if self._snapshot_link_ns is None:
            self._snapshot_link_ns = now.link_ns
        late = now.link_ns - self._snapshot_link_ns >= seconds_to_ns(SNAPSHOT_S)
        if late or self._work_s >= SNAPSHOT_WORK_S:
            self.snapshot()

    def resume(self, reader: RecordReader) -> None:
        """Come to where the record ends: snapshot, then the inputs after it. Raises `RecordError` if the core does not give the same ids again."""
        snapshot = restore(self.pipeline, reader, self.configuration)
        from_entry = snapshot.entry if snapshot is not None else 0
        inputs, last = 0, ""
        for entry in reader.entries(first=from_entry + 1, kinds=(EntryKind.INPUT,)):
            items = self.pipeline.step(now_of(entry), body_of(entry))  # type: ignore[arg-type] # inputs hold inputs
            inputs += 1
            last = items[-1].head.id
        recorded = _last_item(reader)
        if inputs and last != recorded:
            raise RecordError(
                f"the core's newest item is now {last}, recorded was {recorded}",
                "run `bongsu record replay` and report the difference; move the folder away to begin anew",
                reader.place.shown,
                entry=reader.end().number,
            )
        unsent = tuple(body for entry in reader.unsent() if isinstance(body := body_of(entry), Outgoing))
        self.restart = Restart(from_entry, inputs, _newest(unsent))


def restore(
    pipeline: Pipeline, reader: RecordReader, configuration: Configuration, oldest: bool = False
) -> StoredSnapshot | None:
    """Give a pipeline what it remembered at the newest fitting snapshot, or (`oldest`) after the entries that were removed; None: it begins anew."""
    base = reader.base
    kept = [one for one in reader.snapshots() if not oldest or (base is not None and one.entry == base.entry)]
    snapshot = newest_fitting(kept, reader.snapshot_seals(kept), key_of(configuration))
    if snapshot is not None:
        pipeline.restore(_snapshot_decoder.decode(snapshot.content))
    elif base is not None:
        raise RecordError(
            f"what the core remembered at entry {base.entry}, before which all was removed, is not kept whole",
            "move the folder away to begin anew",
            reader.place.shown,
            entry=base.entry,
        )
    return snapshot


def open_engine(
    folder: Path,
    configuration: Configuration,
    build: Callable[[Configuration], Pipeline],
    now: Now,
    sign: Sign | None = None,
    durability: Durability = Durability.DISK,
    place: Place | None = None,
    retention: Retention | None = None,
    anew: bool = False,
) -> Engine:
    """The engine of a node whose record lies in `folder`, or at another `place` such as a server: a new one, or where the old one left off.

    `folder` holds the mark of kept numbers either way: it must work when the server does not. `build` makes the pipeline of a configuration.
    `anew`: under a new epoch whatever is there. `engine.restart` tells what was taken up; `engine.configuration` carries the epoch.
    """
    place = place or place_of(folder)
    folder.mkdir(parents=True, exist_ok=True)
    recorded = _recorded(place)
    if recorded is not None:
        same = msgspec.structs.replace(configuration, epoch=recorded.epoch)
        kept = durability is not Durability.DISK or (folder / _NUMBERS_KEPT).exists()
        if kept and encode(same) == encode(recorded) and not anew:
            awaits = _awaits_take_over(place)
            engine = _resume(place, folder, same, build, sign, durability, retention)
            if awaits:
                # The node died between its first two inputs, before any other.
                _take_over(engine, now)
            return engine
        policy_change.check(place, recorded, configuration)
        place.set_aside(recorded.epoch)
    before = _newest_set_aside(place)
    if before is not None:
        # If this is not the epoch that was just set aside, a later record was lost: its numbers must not be used again.
        configuration = msgspec.structs.replace(configuration, epoch=before + (1 if recorded is not None else 2))
    engine = Engine(build(configuration), Store(place, durability), Chain(sign), configuration, folder, sign, retention)
    if durability is Durability.DISK:
        _mark_numbers(folder, True)
    engine.step(now, configuration)
    _take_over(engine, now)
    return engine


def is_ahead(place: Place, now: Now) -> bool:
    """Whether a record's newest entry was written by a clock that was ahead of the one that runs now."""
    if not place.exists():
        return False
    with RecordReader(place) as reader:
        number = reader.end().number
        newest_ns = max((entry.link_ns for entry in reader.entries(first=number, last=number)), default=0)
    return newest_ns - now.link_ns > seconds_to_ns(CLOCK_BACK_S)


def _awaits_take_over(place: Place) -> bool:
    """Whether there was an epoch before, of which this record has nothing yet: that would be its second input. The rest may be long and is not read."""
    if _newest_set_aside(place) is None:
        return False
    with RecordReader(place) as reader:
        return reader.base is None and all(
            entry.type != "carried" for entry in islice(reader.entries(kinds=(EntryKind.INPUT,)), 2)
        )


def _take_over(engine: Engine, now: Now) -> None:
    """What stood in the epoch before, if there was one, as the second input of this one."""
    before = _newest_set_aside(engine.store.place)
    if before is None:
        return
    with RecordReader(engine.store.place.epoch(before)) as reader:
        carried = carry(reader.entries(types=TYPES), reader.base)
    told = engine.step(now, carried)
    engine.restart = Restart(0, 0, tuple(item.body for item in told if isinstance(item.body, Outgoing)))


def _resume(
    place: Place,
    folder: Path,
    configuration: Configuration,
    build: Callable[[Configuration], Pipeline],
    sign: Sign | None,
    durability: Durability,
    retention: Retention | None,
) -> Engine:
    store = Store(place, durability)
    with RecordReader(place) as reader:
        chain = Chain(sign, reader.end())
        engine = Engine(build(configuration), store, chain, configuration, folder, sign, retention)
        engine.resume(reader)
        if retention is not None:
            engine.count_on_from(reader)
    return engine


def _recorded(place: Place) -> Configuration | None:
    """The configuration of the record that lies there; None if there is none or it is empty."""
    if not place.exists():
        return None
    with RecordReader(place) as reader:
        for entry in reader.entries(last=1):
            body = body_of(entry)
            if not isinstance(body, Configuration):
                break
            return body
        if reader.end().number == 0:
            return None
    raise RecordError(
        "the record does not begin with a configuration", "run `bongsu record verify`", place.shown, entry=1
    )


def _mark_numbers(folder: Path, kept: bool) -> None:
    """Write or remove the mark, down to the disk. Raises `OSError`."""
    mark = folder / _NUMBERS_KEPT
    if not kept:
        mark.unlink(missing_ok=True)
    elif not mark.exists():
        mark.touch(mode=0o600)
    else:
        return
    if hasattr(os, "O_DIRECTORY"):  # where folders can be synchronised
        place = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(place)
        finally:
            os.close(place)


def _newest_set_aside(place: Place) -> int | None:
    """The last epoch that was set aside here; None: there was none."""
    return max(place.epochs(), default=None)


def _last_item(reader: RecordReader) -> str:
    """Id of the newest item: among the last entries, which may be seals or faults."""
    number = reader.end().number
    while number > 0:
        for entry in reader.entries(first=number, last=number):
            if entry.item:
                return entry.item
        number -= 1
    return ""


def _newest(messages: tuple[Outgoing, ...]) -> tuple[Outgoing, ...]:
    """Every prompt message, and the newest of each subject of the latest lane: older ones are replaced."""
    newest = {
        (message.recipient, message.subject): message.message for message in messages if message.lane is Lane.LATEST
    }
    kept = set(newest.values())
    return tuple(message for message in messages if message.lane is Lane.PROMPT or message.message in kept)
