"""How far each version of our warnings has come at each recipient: sent, received, shown, acknowledged."""

from collections.abc import Iterable

from msgspec.structs import replace

from bongsu.base.limits import EVENTS_COUNT
from bongsu.model.delivery import Delivery
from bongsu.model.head import Now
from bongsu.model.message import Lane
from bongsu.model.receipt import Acknowledged, Receipt, Shown


class Deliveries:
    """The register: by recipient and prompt sequence. Bounded by EVENTS_COUNT entries a recipient; the oldest leaves first, the record keeps all."""

    def __init__(self) -> None:
        self._by_recipient: dict[str, dict[int, Delivery]] = {}

    def sent(self, warning: str, version: int, status: str, recipient: str, sequence: int, now: Now) -> Delivery:
        """A version has been placed in a recipient's lane."""
        delivery = Delivery(
            warning=warning,
            version=version,
            status=status,
            recipient=recipient,
            sequence=sequence,
            sent_ns=now.exercise_ns,
            sent_link_ns=now.link_ns,
        )
        held = self._by_recipient.setdefault(recipient, {})
        held[sequence] = delivery
        if len(held) > EVENTS_COUNT:
            del held[next(iter(held))]
        return delivery

    def note(self, said: Receipt | Shown | Acknowledged, epoch: int, now: Now) -> Iterable[Delivery]:
        """What a partner's word changes. Shown and acknowledged also prove receipt, of earlier versions too."""
        held = self._by_recipient.get(said.partner, {})
        changed: list[Delivery] = []
        for sequence, delivery in held.items():
            updated = _noted(delivery, sequence, said, epoch, now)
            if updated is not delivery:
                held[sequence] = updated
                changed.append(updated)
        return changed

    def unconfirmed(self, recipient: str, up_to: int, sent_before_ns: int) -> bool:
        """Whether something of the lane up to there that was sent before then (link time) has no receipt."""
        held = self._by_recipient.get(recipient, {})
        return any(
            sequence <= up_to and one.received_ns is None and one.sent_link_ns < sent_before_ns
            for sequence, one in held.items()
        )

    def all(self) -> list[Delivery]:
        """Every entry, for a snapshot."""
        return [delivery for held in self._by_recipient.values() for delivery in held.values()]

    def restore(self, deliveries: Iterable[Delivery]) -> None:
        """The entries of a snapshot."""
        self._by_recipient = {}
        for delivery in deliveries:
            self._by_recipient.setdefault(delivery.recipient, {})[delivery.sequence] = delivery


def _noted(delivery: Delivery, sequence: int, said: Receipt | Shown | Acknowledged, epoch: int, now: Now) -> Delivery:
    if isinstance(said, Receipt):
        if said.lane is not Lane.PROMPT or said.epoch != epoch or sequence > said.up_to:
            return delivery
    elif said.warning != delivery.warning or delivery.version > said.version:
        return delivery
    if delivery.received_ns is None:
        delivery = replace(delivery, received_ns=now.exercise_ns, received_link_ns=now.link_ns)
    if isinstance(said, Receipt) or said.version != delivery.version:
        return delivery
    if delivery.shown_ns is None:
        delivery = replace(delivery, shown_ns=now.exercise_ns, shown_link_ns=now.link_ns)
    if isinstance(said, Acknowledged) and delivery.acknowledged_ns is None:
        delivery = replace(delivery, acknowledged_ns=now.exercise_ns, acknowledged_link_ns=now.link_ns)
    return delivery
