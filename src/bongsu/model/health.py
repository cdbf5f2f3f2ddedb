"""The world's faults as items: links, servers, disks, queues."""

from bongsu.model.noun import Noun


class Health(Noun, frozen=True):
    """State of a part of this node's world (`part` such as `broker`, `hub`, `disk`, `feed`); `state` is up, degraded or down."""

    part: str
    state: str
    text: str = ""


class Dropped(Noun, frozen=True):
    """`count` items of `what` were dropped on overload, the oldest first."""

    what: str
    count: int
