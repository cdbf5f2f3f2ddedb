"""Events: the local join of all nations' warnings of one launch. Rules only; `warn.py` is the room."""

from collections.abc import Iterable, Mapping

import msgspec
from msgspec.structs import replace

from bongsu.base.limits import EVENTS_COUNT
from bongsu.core.inform.fuse import fuse_estimates
from bongsu.core.inform.joining import Fit, fit
from bongsu.core.inform.lifecycle import OPEN
from bongsu.model.event import Assessment, Event
from bongsu.model.head import Head, Now
from bongsu.model.warning import Warning, WarningStatus


class Joined(msgspec.Struct):
    """An event and the heads of its assessments' items by originator: the causes, and so the label, of each new version."""

    event: Event
    heads: dict[str, Head]


class Events:
    """The register of events of one node. Bounded by EVENTS_COUNT: the oldest closed one leaves first."""

    def __init__(self, node: str) -> None:
        self._node = node
        self._joined: dict[str, Joined] = {}
        self._of_warning: dict[str, str] = {}
        self._count = 0

    def take(self, warning: Warning, head: Head, now: Now) -> list[Joined]:
        """Put a new version of somebody's warning where it belongs; gives the events that changed."""
        place = f"{head.origin}.{warning.warning}"
        known = self._joined.get(self._of_warning.get(place, ""))
        if known is None:
            chosen, reason = self._best(warning, head.origin, None)
            joined = chosen or self._open(now)
            return [self._put(joined, warning, head, now, reason)]
        better, reason = self._move(known, warning, head.origin)
        if better is None:
            return [self._put(known, warning, head, now, warning.reason)]
        left = self._leave(known, head.origin, better.event.event, now)
        return [left, self._put(better, warning, head, now, reason)]

    def split(self, event: str, origin: str, now: Now) -> list[Joined] | None:
        """A person says that this originator's warning is of another launch. None when there is nothing to split."""
        known = self._joined.get(event)
        if known is None or len(known.event.assessments) < 2 or origin not in known.heads:
            return None
        assessment = next(one for one in known.event.assessments if one.origin == origin)
        head = known.heads[origin]
        fresh = self._open(now)
        left = self._leave(known, origin, fresh.event.event, now)
        return [left, self._put(fresh, assessment.warning, head, now, "split by a person")]

    def merge(self, event: str, into: str, now: Now) -> list[Joined] | None:
        """A person says that two events are one. None when one is unknown or both hold a warning of one originator."""
        source, goal = self._joined.get(event), self._joined.get(into)
        if source is None or goal is None or source is goal or set(source.heads) & set(goal.heads):
            return None
        changed: list[Joined] = []
        for assessment in source.event.assessments:
            head = source.heads[assessment.origin]
            changed += [
                self._leave(source, assessment.origin, into, now),
                self._put(goal, assessment.warning, head, now, "merged by a person"),
            ]
        return changed

    def get(self, event: str) -> Joined | None:
        """An event by id."""
        return self._joined.get(event)

    def of_warning(self, origin: str, warning: str) -> Joined | None:
        """The event that a warning stands in."""
        return self._joined.get(self._of_warning.get(f"{origin}.{warning}", ""))

    def tells_more(self, warning: Warning, origin: str) -> bool:
        """Whether the version that is held of an originator's warning comes again with fields that it held back before."""
        joined = self.of_warning(origin, warning.warning)
        held = next((one.warning for one in joined.event.assessments if one.origin == origin), None) if joined else None
        if held is None or (held.warning, held.version) != (warning.warning, warning.version):
            return False
        return _told(warning) > _told(held)

    def dump(self) -> tuple[int, list[Joined]]:
        """For a snapshot."""
        return self._count, list(self._joined.values())

    def load(self, count: int, joined: Iterable[Joined]) -> None:
        """From a snapshot."""
        self._count = count
        self._joined = {one.event.event: one for one in joined}
        self._of_warning = {
            f"{assessment.origin}.{assessment.warning.warning}": one.event.event
            for one in self._joined.values()
            for assessment in one.event.assessments
        }

    def take_over(
        self, events: Iterable[Event], heads: Mapping[tuple[str, str], Head], count: int, epoch: int, now: Now
    ) -> list[Joined]:
        """The events of the epoch before; gives the open ones, renewed. `heads` are those of the warnings, by originator and name."""
        taken: list[Joined] = []
        for event in events:
            known = {one.origin: heads[one.origin, one.warning.warning] for one in event.assessments}
            if event.open:
                event = _renewed(event, event.assessments, self._node, f"taken over from epoch {epoch}", now)
            taken.append(Joined(event, known))
        self.load(count, taken)
        return [joined for joined in taken if joined.event.open]

    def _open(self, now: Now) -> Joined:
        self._count += 1
        event = Event(event=f"{self._node}-V{self._count}", version=0, time_ns=now.exercise_ns, assessments=())
        joined = self._joined[event.event] = Joined(event, {})
        if len(self._joined) > EVENTS_COUNT:
            oldest = next((name for name, one in self._joined.items() if not one.event.open), next(iter(self._joined)))
            gone = self._joined.pop(oldest)
            for assessment in gone.event.assessments:
                self._of_warning.pop(f"{assessment.origin}.{assessment.warning.warning}", None)
        return joined

    def _best(self, warning: Warning, origin: str, but: Joined | None) -> tuple[Joined | None, str]:
        """The open event that fits best and has no warning of this originator yet."""
        best: tuple[float, Joined, Fit] | None = None
        for joined in self._joined.values():
            if joined is but or origin in joined.heads or not joined.event.open:
                continue
            found = _fit(joined.event, warning, origin)
            if found is not None and found.joined and (best is None or found.cost < best[0]):
                best = (found.cost, joined, found)
        if best is None:
            return None, "first word of this launch"
        return best[1], f"joined: {best[2].reason}"

    def _move(self, known: Joined, warning: Warning, origin: str) -> tuple[Joined | None, str]:
        """Another event that fits when the present one does not, or holds nobody else."""
        if warning.status not in OPEN:
            return None, ""
        alone = len(known.event.assessments) == 1
        here = None if alone else _fit(known.event, warning, origin)
        if not alone and (here is None or here.joined):
            return None, ""
        return self._best(warning, origin, known)

    def _put(self, joined: Joined, warning: Warning, head: Head, now: Now, reason: str) -> Joined:
        event = joined.event
        before = next((one for one in event.assessments if one.origin == head.origin), None)
        assessment = Assessment(
            origin=head.origin,
            basis="own" if head.origin == self._node else "partner",
            warning=warning,
            item=head.id,
            first_ns=before.first_ns if before else now.exercise_ns,
            first_link_ns=before.first_link_ns if before else now.link_ns,
        )
        others = [one for one in event.assessments if one.origin != head.origin]
        ordered = sorted([*others, assessment], key=lambda one: (one.basis != "own", one.origin))
        joined.heads[head.origin] = head
        self._of_warning[f"{head.origin}.{warning.warning}"] = event.event
        joined.event = _renewed(event, tuple(ordered), head.origin, reason, now)
        return joined

    def _leave(self, joined: Joined, origin: str, goal: str, now: Now) -> Joined:
        rest = tuple(one for one in joined.event.assessments if one.origin != origin)
        joined.heads.pop(origin)
        joined.event = _renewed(joined.event, rest, origin, f"{origin}'s warning now stands in {goal}", now)
        return Joined(joined.event, dict(joined.heads))


def _fit(event: Event, warning: Warning, origin: str) -> Fit | None:
    """The best agreement with any other originator's standing word in the event."""
    estimate = warning.estimate
    fits = [
        found
        for one in event.assessments
        if one.origin != origin and one.warning.estimate is not None and estimate is not None
        if one.warning.status is not WarningStatus.RETRACTED
        if (found := fit(one.warning.estimate, estimate)) is not None
    ]
    return min(fits, key=lambda found: found.cost, default=None)


def _renewed(event: Event, assessments: tuple[Assessment, ...], by: str, reason: str, now: Now) -> Event:
    standing = [
        one.warning.estimate
        for one in assessments
        if one.warning.estimate is not None and one.warning.status is not WarningStatus.RETRACTED
    ]
    return replace(
        event,
        version=event.version + 1,
        time_ns=now.exercise_ns,
        assessments=assessments,
        fused=fuse_estimates(standing, now.exercise_ns),
        changed_by=by,
        reason=reason,
        open=any(one.warning.status in OPEN for one in assessments),
    )


def _told(warning: Warning) -> int:
    """How many of its figures a warning states."""
    estimate = warning.estimate
    if estimate is None:
        return 0
    points = [point for point in (estimate.launch, estimate.impact) if point is not None]
    return sum(getattr(one, name) is not None for one in (estimate, *points) for name in one.__struct_fields__)
