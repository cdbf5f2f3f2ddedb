"""A node's outboxes on its own server: two streams for each recipient, and one reading position in each.

Made at the beginning of every session, as those in memory are gone after a restart of the server.
"""

from __future__ import annotations

from bongsu.adapters.federation.access import Access
from bongsu.adapters.nats.session import Session
from bongsu.base import limits
from bongsu.model.message import Lane
from bongsu.wire import subjects

_NANOSECONDS = 1_000_000_000
_HOUR_S = 3_600


async def make_outboxes(session: Session, access: Access, recipient: str) -> None:
    """Make what is missing of a recipient's. Raises `CallRefused`, or one of `World` while the server's streams are not up yet."""
    for lane in Lane:
        name = subjects.outbox(recipient, lane)
        subject = f"{subjects.released(access.node, recipient, access.mode, lane)}.>"
        await session.make_stream(name, {"subjects": [subject], **stream_settings(access, lane)})
        await session.make_consumer(name, subjects.consumer(access.node, recipient, access.mode), reader_settings(lane))


def stream_settings(access: Access, lane: Lane) -> dict[str, object]:
    """Prompt: on disk. Latest: in memory, one message a subject. Neither may be purged.

    When full the oldest goes, of the prompt lane too: nearly all that lies there was pulled long ago, a warning of now must not wait for
    it, and what a recipient lacks it asks for again by number.
    """
    common: dict[str, object] = {
        "retention": "limits",
        "discard": "old",
        "deny_delete": True,
        "deny_purge": True,
        "num_replicas": 1,
    }
    if lane is Lane.PROMPT:
        return {
            **common,
            "storage": "file",
            "max_age": _hours(access.prompt_keep_h),
            "duplicate_window": _hours(access.duplicates_known_h),
            "max_bytes": limits.PROMPT_OUTBOX_BYTES,
        }
    return {
        **common,
        "storage": "memory",
        "max_msgs_per_subject": 1,
        "max_age": _hours(access.latest_keep_h),
        "max_bytes": limits.LATEST_OUTBOX_BYTES,
    }


def reader_settings(lane: Lane) -> dict[str, object]:
    """A reading position: what is not acknowledged comes again, and how much may be open at once is bounded."""
    wait_s = limits.ACK_WAIT_S if lane is Lane.PROMPT else limits.LATEST_ACK_WAIT_S
    return {
        "ack_policy": "explicit",
        "ack_wait": round(wait_s * _NANOSECONDS),
        "max_ack_pending": limits.ACK_PENDING_COUNT,
        "max_waiting": limits.PULL_WAITING_COUNT,
        "max_batch": limits.PULL_COUNT,
        "deliver_policy": "all",
        "replay_policy": "instant",
    }


def _hours(hours: float) -> int:
    return round(hours * _HOUR_S) * _NANOSECONDS
