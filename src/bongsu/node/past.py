"""What the console's scrub bar reads of a node's own record, beside the thread that writes it."""

from collections.abc import Callable, Iterator
from typing import Any

from bongsu.adapters.store import Place, RecordReader
from bongsu.model.head import Item
from bongsu.record.entry import EntryKind, item_of
from bongsu.views.picture import TAKEN

_NAMES = tuple(str(kind.__struct_config__.tag) for kind in TAKEN)


def recorded(place: Place) -> Callable[[int], Iterator[Item[Any]]]:
    """For `PictureFeed`: what a picture takes up of all that stands on disk after an entry."""

    def after(number: int) -> Iterator[Item[Any]]:
        with RecordReader(place) as reader:
            for entry in reader.entries(first=number + 1, types=_NAMES, kinds=(EntryKind.INPUT, EntryKind.OUTPUT)):
                yield item_of(entry)

    return after
