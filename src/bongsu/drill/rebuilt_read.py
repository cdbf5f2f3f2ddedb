"""Reading records for `rebuilt.py`: warnings only as far as policy and their originators' terms let them out to a file; and checking the result."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bongsu.adapters.store import RecordReader
from bongsu.base.errors import BadInput, BongsuError, RecordError
from bongsu.core.exchange.gate import Gate, question
from bongsu.drill import scenario
from bongsu.drill.rebuilt import TAKES, Rebuilt, Told, rebuild, told_by
from bongsu.drill.reviewing import one_session
from bongsu.drill.scenario_text import text_of
from bongsu.model.configuration import Configuration
from bongsu.model.head import Item
from bongsu.model.warning import Warning
from bongsu.record.entry import item_of

RECIPIENT = "file"


def read(where: Path | str, refused: Counter[str]) -> Told:
    """One nation's record; `refused` counts the warnings that its policy keeps back. Raises `BadInput` and `RecordError`."""
    with RecordReader(where) as reader:
        told = told_by(_allowed(reader, refused))
    if reader.base is not None:
        refused[f"{reader.base.removed} entries of {told.node} were removed"] += 1
    return told


def written(records: list[Told], name: str) -> tuple[str, Rebuilt]:
    """The file of a rebuilt scenario, read back and solved as any other. Raises `BadInput` where no scenario can be made of it."""
    one_session([told.configuration for told in records])
    rebuilt = rebuild(records, name)
    if not rebuilt.tables["launches"] and not rebuilt.tables["false_alarms"]:
        left = f" ({'; '.join(rebuilt.left_out)})" if rebuilt.left_out else ""
        raise BadInput(f"nothing flew in these records of which a file may be made{left}", "give records of an event")
    remarks = ["Rebuilt from records; sensors are invented ones.", *(f"Left out: {line}." for line in rebuilt.left_out)]
    text = text_of({key: value for key, value in rebuilt.tables.items() if value != []}, remarks)
    file = f"{name}.toml"
    try:
        parsed = scenario.parse(text.encode(), file)
        scenario.solve(parsed, file)
        scenario.solve_false_alarms(parsed, file)
    except BongsuError as error:
        raise BadInput(f"no scenario can be made of it: {error}", "report it with the record", file) from None
    return text, rebuilt


def _allowed(reader: RecordReader, refused: Counter[str]) -> Iterator[Item[Any]]:
    gate: Gate | None = None
    for entry in reader.entries(types=TAKES, kinds=("input", "output")):
        item = item_of(entry)
        if isinstance(item.body, Configuration):
            gate = Gate(item.body)
        elif gate is None:
            raise RecordError(
                "the record does not begin with a configuration", "give a whole record", reader.place.shown
            )
        elif isinstance(item.body, Warning):
            decision = gate.whole(question(item, RECIPIENT), item.head.receipt_ns, time.time_ns())
            if not decision.allowed:
                refused[f"warning of {item.head.origin}: {decision.reasons[0]}"] += 1
                continue
        yield item
