"""Appends to a record as fast as it can and says on standard output up to where it is on disk, until it is ended by force."""

import os
import sys
import threading
from pathlib import Path

from bongsu.model.message import Outgoing
from bongsu.node.engine import open_engine
from tests.record.toy import BEGIN, build, configuration, inputs

MOST_INPUTS = 100_000
"""A child that nobody ends ends by itself."""


def main() -> None:
    folder = Path(sys.argv[1])
    engine = open_engine(folder, configuration(), build, BEGIN)
    durable, more = [0], threading.Event()

    def on_durable(number: int) -> None:
        try:
            os.write(1, b"durable %d\n" % number)
        except OSError:
            os._exit(1)  # whoever started this is gone
        durable[0] = number
        more.set()

    engine.store.on_durable = on_durable
    first = 1
    while first < MOST_INPUTS:
        for now, body in inputs(100, first):
            for item in engine.step(now, body):
                if isinstance(item.body, Outgoing) and item.body.sequence % 2:
                    engine.store.mark_sent(item.body.message)
        first += 100
        while engine.number - durable[0] > 1_000:
            assert more.wait(20.0), "the writer stands"
            more.clear()


main()
