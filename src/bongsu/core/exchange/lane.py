"""Order of one issuer's prompt lane at a receiver: what is new, what waits for a gap, what was there already. No input or output."""

import msgspec

from bongsu.base.limits import GAP_SPAN_COUNT, REORDER_BYTES, REORDER_COUNT


class Order(msgspec.Struct):
    """Sequence state of (issuer, epoch). `up_to` is the last of an unbroken run from 1; `waiting` holds later ones by sequence."""

    epoch: int = 0
    up_to: int = 0
    waiting: dict[int, bytes] = {}
    waiting_bytes: int = 0
    repeated: int = 0
    overflowed: int = 0

    def take(self, epoch: int, sequence: int, data: bytes) -> list[bytes] | None:
        """What may now be handled, in order; empty while a gap is open or for a repetition; None for an epoch that is over."""
        if epoch < self.epoch:
            return None
        self.begin(epoch)
        if sequence <= self.up_to or sequence in self.waiting:
            self.repeated += 1
            return []
        full = len(self.waiting) >= REORDER_COUNT or self.waiting_bytes + len(data) > REORDER_BYTES
        if full and sequence != self.up_to + 1:
            self.overflowed += 1
            return []
        self.waiting[sequence] = data
        self.waiting_bytes += len(data)
        ready: list[bytes] = []
        while (following := self.waiting.pop(self.up_to + 1, None)) is not None:
            self.up_to += 1
            self.waiting_bytes -= len(following)
            ready.append(following)
        return ready

    def begin(self, epoch: int) -> None:
        """The issuer speaks of a new epoch: its sequence counts from 1 again."""
        if epoch > self.epoch:
            self.epoch, self.up_to, self.waiting, self.waiting_bytes = epoch, 0, {}, 0

    def missing_before(self, newest: int) -> tuple[int, int] | None:
        """First and last of the first run that is missing, when the issuer's newest is `newest`; None when whole."""
        newest = max(newest, max(self.waiting, default=0))
        if newest <= self.up_to:
            return None
        return self.up_to + 1, min(self.waiting, default=newest + 1) - 1

    def to_ask(self, newest: int) -> tuple[int, int] | None:
        """First and last to ask for again: scattered losses near each other come with one request. What is here already is dropped when it comes again."""
        gap = self.missing_before(newest)
        if gap is None:
            return None
        last = min(max(newest, max(self.waiting, default=0)), self.up_to + GAP_SPAN_COUNT)
        while last in self.waiting:
            last -= 1
        return gap[0], max(last, gap[1])
