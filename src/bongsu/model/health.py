"""The world's faults as items: links, servers, disks, queues."""

from bongsu.model.noun import Noun

DISK_PART = "disk"
"""The part that tells whether the record can be written."""

SPACE_PART = "disk space"
"""The part that tells whether the record's disk fills up."""

RECORD_PART = "record"
"""The part that tells what was removed from the record, which is bounded in age or size."""

CONSOLES_PART = "consoles"
"""The part that tells whether a person is on shift at a console of this node."""

PATH_PART = "path."
"""Begins the parts that tell whether a partner's outboxes answer; its code follows."""


class Health(Noun, frozen=True):
    """State of a part of this node's world (`part` such as `broker`, `hub`, `disk`, `feed`); `state` is up, degraded or down."""

    part: str
    state: str
    text: str = ""


class Dropped(Noun, frozen=True):
    """`count` items of `what` were dropped on overload, the oldest first."""

    what: str
    count: int
