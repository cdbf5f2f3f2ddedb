"""What lies beside the chain in a record: snapshots, messages to be offered again, the revision of the tables, and the file itself."""

from __future__ import annotations

import msgspec

from bongsu.adapters.store import file_seal, unsealed
from bongsu.adapters.store.reader import RecordReader
from bongsu.model.configuration import Configuration
from bongsu.model.message import Outgoing
from bongsu.record.chain import End
from bongsu.record.entry import body_of
from bongsu.record.snapshot import seal_for
from bongsu.record.verify import Broken, keys_of


def beside_the_chain(reader: RecordReader, end: End, keys: dict[str, bytes] | None = None) -> Broken | None:
    """What is wrong there, once the chain holds up to `end`; None: nothing. `keys` (key id to 32 bytes) replaces the record's own."""
    beyond = next(iter(reader.entries(first=end.number + 1)), None)
    if beyond is not None and reader.end() == end:  # a node that writes on moves its end with its entries
        return Broken(
            beyond.number, "changed", f"it stands beyond entry {end.number}, where the record is noted to end"
        )
    for snapshot in reader.every_snapshot():
        if seal_for(snapshot) not in reader.snapshot_seals([snapshot]):
            return Broken(snapshot.entry, "changed", "the snapshot taken there is not what its seal says")
    for number, message in reader.outbox():
        entry = next(iter(reader.entries(first=number, last=number)), None)
        body = None if entry is None else body_of(entry)
        if not isinstance(body, Outgoing) or body.message != message:
            return Broken(number, "changed", f"the outbox names message {message!r} there")
    if keys is None:
        keys = _own_keys(reader)
    return file_seal.check(reader.place, keys) or unsealed.check(reader.place)


def _own_keys(reader: RecordReader) -> dict[str, bytes]:
    first = next(iter(reader.entries(last=1)), None)
    try:
        body = None if first is None else body_of(first)
    except msgspec.MsgspecError:
        return {}
    return keys_of(body) if isinstance(body, Configuration) else {}
