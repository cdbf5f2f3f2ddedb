"""What a restart still owes the outlets: released documents that live and of which the record holds no outlet's word."""

from __future__ import annotations

from bongsu.adapters.outlets.world import published
from bongsu.adapters.store import RecordReader
from bongsu.base.limits_alerts import ALERT_EXPIRES_S, OUTLET_LOOK_BACK_COUNT
from bongsu.base.units import seconds_to_ns
from bongsu.model.alert_draft import OutletReport
from bongsu.model.message import Release
from bongsu.record.entry import item_of


def undelivered(
    reader: RecordReader, number: int, outlets: dict[str, str], exercise_ns: int
) -> list[tuple[Release, list[str]]]:
    """In order of release. `number` is the record's newest entry; `outlets` are names with their recipients."""
    releases: list[tuple[str, Release]] = []
    done: set[tuple[str, str]] = set()
    first = max(1, number - OUTLET_LOOK_BACK_COUNT)
    for entry in reader.entries(first=first, types=("release", "outlet_report")):
        item = item_of(entry)
        body = item.body
        if isinstance(body, OutletReport):
            done.add((body.outlet, body.document))
        elif isinstance(body, Release) and body.recipient in outlets.values():
            document = published(body)
            if document is not None and item.head.receipt_ns + seconds_to_ns(ALERT_EXPIRES_S) > exercise_ns:
                releases.append((document.document, body))
    owed = [
        (
            release,
            [
                name
                for name, recipient in outlets.items()
                if recipient == release.recipient and (name, document) not in done
            ],
        )
        for document, release in releases
    ]
    return [(release, names) for release, names in owed if names]
