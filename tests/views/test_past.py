"""A past moment is as it was then, in bounded memory, and a fork goes its own way."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bongsu.model.alarm import AlarmState
from bongsu.model.freshness import FreshnessState
from bongsu.model.head import Item
from bongsu.model.warning import WarningStatus
from bongsu.views import past as past_module
from bongsu.views.past import Past, Stretch, replayed
from bongsu.views.picture import TAKEN, Picture, picture_at
from bongsu.views.shape import PictureView
from tests.views.items import Teller, alarm, alert, assessment, at, calm, delivery, event, freshness, path, up


def story(count: int = 400) -> list[Item[Any]]:
    """Freshness that comes and goes, ways, versions, alarms, for some minutes."""
    teller = Teller()
    items = list(calm(teller))
    for second in range(61, 61 + count):
        items.append(teller.item(second, path(second)))
        if second % 5 == 0:
            items.append(teller.item(second, up(second)))
        if second % 40 == 0:
            version = second // 40
            items.append(teller.item(second, event(assessment("kr", version), version=version)))
            items.append(teller.item(second, alarm(AlarmState.ACTIVE_UNACKNOWLEDGED, version)))
        if second % 40 == 7:
            items += [teller.item(second, freshness("us", FreshnessState.STALE, second)), teller.item(second, alert())]
            items.append(teller.item(second, delivery("jp", second // 40, received=second)))
        if second % 90 == 0:
            retracted = assessment("kr", second // 40, WarningStatus.RETRACTED)
            items.append(teller.item(second, event(retracted, version=second // 40)))
    return items


def kept(items: list[Item[Any]]) -> tuple[Past, Picture]:
    past, picture = Past(), Picture()
    for number, item in enumerate(items):
        past.note(picture, item, number)
        picture.apply(item)
    return past, picture


def shown(stretch: Stretch, until_ns: int) -> PictureView:
    assert stretch.items is not None
    return replayed(stretch.picture.fork(), stretch.items, until_ns).view()


ITEMS = story()


@given(st.integers(at(0), at(520)))
def test_every_moment_is_as_it_was(moment_ns: int) -> None:
    past, _ = kept(ITEMS)
    stretch = past.stretch(moment_ns)
    assert stretch is not None
    assert shown(stretch, moment_ns) == picture_at(ITEMS, moment_ns)


def test_a_fork_goes_its_own_way() -> None:
    picture = replayed(Picture(), ITEMS, at(200))
    before = picture.view()
    fork = picture.fork()
    replayed(fork, [item for item in ITEMS if item.head.receipt_ns > at(200)], at(999))
    assert picture.view() == before
    assert fork.view() == picture_at(ITEMS, at(999))


def test_memory_is_bounded_and_the_record_is_named_for_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past_module, "PAST_ITEMS_COUNT", 60)
    monkeypatch.setattr(past_module, "PAST_SNAPSHOTS_COUNT", 4)
    past, _ = kept(ITEMS)
    stretches = past._stretches
    assert len(stretches) <= 2 * 4 + 1
    assert sum(len(stretch.items or ()) for stretch in stretches) <= 60 + 2_000
    assert any(stretch.items is None for stretch in stretches)
    for moment_ns in (at(100), at(200), at(300), at(450)):
        stretch = past.stretch(moment_ns)
        assert stretch is not None
        recorded = replace(stretch, items=ITEMS[stretch.number :])  # what the record gives after that entry
        assert shown(recorded, moment_ns) == picture_at(ITEMS, moment_ns)


def test_what_leaves_a_trace_is_kept() -> None:
    assert set(Picture()._folds) <= set(TAKEN)
