"""The book: launches, claims and links, added to and never overwritten.

Takes: entries, in the order in which they were recorded. Gives: the claims of a launch as they stand, or as they stood.
Remembers: everything. Bounds: `LEDGER_ENTRIES_COUNT`. Sources: the bitemporal form, said at and recorded at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bongsu.base.errors import BadValue
from bongsu.base.limits import LEDGER_ENTRIES_COUNT
from bongsu.base.time import format_time
from bongsu.base.units import NANOSECONDS_PER_SECOND
from bongsu.ledger.fields import BY_KEY
from bongsu.ledger.launches import LINKED_TO, Launch, Link
from bongsu.ledger.notices import Notice
from bongsu.model.claim import Claim

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LOCAL_NS = 9 * 3600 * NANOSECONDS_PER_SECOND

Entry = Launch | Claim | Link | Notice


class Book:
    """A ledger in memory. `add` is the only way in; a repeated entry is the same entry, a changed one is refused."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.launches: dict[str, Launch] = {}
        self._claims: dict[str, Claim] = {}
        self._links: dict[str, Link] = {}
        self._notices: dict[str, Notice] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> bool:
        """Take an entry; False when it is already there. Raises `BadValue` for one that would overwrite or that hangs in the air."""
        known = self._known(entry)
        if known is not None:
            if known != entry:
                raise BadValue(
                    f"{entry.id} is there already and says something else",
                    "nothing is overwritten: correct it under a new id",
                )
            return False
        if self._count >= LEDGER_ENTRIES_COUNT:
            raise BadValue(f"more than {LEDGER_ENTRIES_COUNT} entries", "keep separate ledgers")
        if isinstance(entry, Launch):
            self.launches[entry.id] = entry
        elif isinstance(entry, Claim):
            self._check_claim(entry)
            self._claims[entry.id] = entry
        elif isinstance(entry, Link):
            self._check_link(entry)
            self._links[entry.id] = entry
        else:
            self._check_launch(entry.id, entry.launch)
            self._notices[entry.id] = entry
        return True

    @property
    def _count(self) -> int:
        return len(self.launches) + len(self._claims) + len(self._links) + len(self._notices)

    def _known(self, entry: Entry) -> Entry | None:
        """The entry of the same sort and id."""
        if isinstance(entry, Launch):
            return self.launches.get(entry.id)
        if isinstance(entry, Claim):
            return self._claims.get(entry.id)
        return self._links.get(entry.id) if isinstance(entry, Link) else self._notices.get(entry.id)

    def _check_launch(self, name: str, launch: str) -> None:
        if launch not in self.launches:
            raise BadValue(f"{name} speaks of the unknown launch {launch!r}", "add the launch before it")

    def _check_claim(self, claim: Claim) -> None:
        self._check_launch(claim.id, claim.launch)
        if claim.field not in BY_KEY:
            raise BadValue(f"{claim.id} speaks of the unknown field {claim.field!r}", "use a field of the reference")
        if claim.corrects is None:
            return
        former = self._claims.get(claim.corrects)
        if former is None or (former.launch, former.field, former.reporter) != (
            claim.launch,
            claim.field,
            claim.reporter,
        ):
            raise BadValue(
                f"{claim.id} corrects {claim.corrects!r}, which is no earlier claim of {claim.reporter} on that field",
                "a reporter corrects only what he said himself; another's figure is another claim",
            )

    def _check_link(self, link: Link) -> None:
        if link.launch not in self.launches or link.to not in LINKED_TO:
            raise BadValue(
                f"{link.id} links {link.launch!r} to a {link.to}",
                f"link a known launch to one of {', '.join(LINKED_TO)}",
            )

    def launch(self, name: str) -> Launch:
        """One launch. Raises `BadValue`."""
        found = self.launches.get(name)
        if found is None:
            raise BadValue(f"there is no launch {name!r}", "`bongsu ledger list` names them")
        return found

    def find(self, name: str) -> Launch:
        """One launch by its id, or by a date (UTC, or local: UTC+9) on which there was just one. Raises `BadValue`."""
        if name in self.launches or not _DAY.fullmatch(name):
            return self.launch(name)
        found = [one for one in self.all_launches() if one.id.startswith(name) or name in self._days(one.id)]
        if len(found) > 1:
            raise BadValue(f"{len(found)} launches on {name}", f"say which: {', '.join(one.id for one in found)}")
        return found[0] if found else self.launch(name)

    def _days(self, launch: str) -> tuple[str, ...]:
        time_ns = self.launch_time_ns(launch)
        return () if time_ns is None else tuple(format_time(time_ns + shift_ns, 0)[:10] for shift_ns in (0, _LOCAL_NS))

    def all_launches(self) -> list[Launch]:
        """Every launch, by id."""
        return [self.launches[name] for name in sorted(self.launches)]

    def entries(self) -> list[Entry]:
        """Everything, launches first, in the order of recording."""
        return [*self.launches.values(), *self._claims.values(), *self._links.values(), *self._notices.values()]

    def links_of(self, launch: str) -> list[Link]:
        """Links of a launch, in the order of recording."""
        return [link for link in self._links.values() if link.launch == launch]

    def notices_of(self, launch: str) -> list[Notice]:
        """Notices of a launch, in the order of recording."""
        return [notice for notice in self._notices.values() if notice.launch == launch]

    def claims(self, launch: str, field: str | None = None) -> list[Claim]:
        """Every claim on a launch that was ever made, corrected ones too, in the order of recording."""
        return [
            claim
            for claim in self._claims.values()
            if claim.launch == launch and (field is None or claim.field == field)
        ]

    def standing(
        self,
        launch: str,
        field: str | None = None,
        recorded_until_ns: int | None = None,
        said_until_ns: int | None = None,
    ) -> list[Claim]:
        """Claims that nothing corrects, as the ledger stood at `recorded_until_ns`, counting only what was said by `said_until_ns`.

        A claim without a known time of saying is left out when `said_until_ns` is asked for.
        """
        known = [
            claim
            for claim in self.claims(launch, field)
            if (recorded_until_ns is None or claim.recorded_ns <= recorded_until_ns)
            and (said_until_ns is None or (claim.said_ns is not None and claim.said_ns <= said_until_ns))
        ]
        corrected = {claim.corrects for claim in known if claim.corrects is not None}
        return [claim for claim in known if claim.id not in corrected]

    def correction_of(self, claim: Claim) -> Claim | None:
        """The claim that corrects this one, if any."""
        return next((one for one in self.claims(claim.launch) if one.corrects == claim.id), None)

    def launch_time_ns(self, launch: str) -> int | None:
        """The time by which a launch is placed on an axis: the middle of those that stand (of two the earlier); None when nobody gave one."""
        times = sorted(
            int(claim.value) for claim in self.standing(launch, "launch_time_ns") if not isinstance(claim.value, str)
        )
        return times[(len(times) - 1) // 2] if times else None
