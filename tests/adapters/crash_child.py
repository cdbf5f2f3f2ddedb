"""Appends to a record as fast as it can and says on standard output up to where it is on disk, until it is ended by force."""

import os
import sys
from pathlib import Path

from bongsu.model.message import Outgoing
from bongsu.node.engine import open_engine
from tests.record.toy import BEGIN, build, configuration, inputs


def main() -> None:
    folder = Path(sys.argv[1])
    engine = open_engine(folder, configuration(), build, BEGIN)
    engine.store.on_durable = lambda number: os.write(1, b"durable %d\n" % number) and None
    first = 1
    while True:
        for now, body in inputs(200, first):
            for item in engine.step(now, body):
                if isinstance(item.body, Outgoing) and item.body.sequence % 2:
                    engine.store.mark_sent(item.body.message)
        first += 200


main()
