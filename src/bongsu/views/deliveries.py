"""Who still shows an old version: the ways of all versions of one warning to each recipient, as one line a recipient."""

from collections.abc import Mapping

from bongsu.model.delivery import Delivery
from bongsu.views.shape import RecipientView


def recipients(deliveries: Mapping[str, Mapping[int, Delivery]]) -> tuple[RecipientView, ...]:
    """One view a recipient of one warning, in the order in which they were first sent to."""
    return tuple(_recipient(versions) for versions in deliveries.values())


def _recipient(versions: Mapping[int, Delivery]) -> RecipientView:
    newest = versions[max(versions)]
    received = [version for version, way in versions.items() if way.received_ns is not None]
    shown = [version for version, way in versions.items() if way.shown_ns is not None]
    acknowledged = [version for version, way in versions.items() if way.acknowledged_ns is not None]
    return RecipientView(
        recipient=newest.recipient,
        warning=newest.warning,
        version=newest.version,
        status=newest.status,
        sent_ns=newest.sent_ns,
        received_ns=newest.received_ns,
        received_version=max(received, default=None),
        shown_ns=newest.shown_ns,
        shown_version=max(shown, default=None),
        acknowledged_ns=newest.acknowledged_ns,
        acknowledged_version=max(acknowledged, default=None),
    )
