"""The reader of CAP documents under broken and hostile bytes: it gives a document or a `CapError`, nothing else; what it gives can be written again."""

from __future__ import annotations

import string

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bongsu.model.mode import Mode
from bongsu.wire import cap12
from bongsu.wire.cap12_rules import STATUSES, faults
from bongsu.wire.cap12_types import CapArea, CapCircle, CapError, CapTime, Named, Status
from tests.wire.cap12_samples import EXERCISE, SECOND_NS, alert, encoded

WHOLE = encoded()
FRUGAL = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MODES = {status: mode for mode, status in STATUSES.items()}


def read(document: bytes) -> None:
    """Reads; what was read and breaks no rule must come back the same when it is written."""
    try:
        made = cap12.decode(document).alert
    except CapError:
        return
    if any(faults(made)) or made.status not in MODES:
        return
    if made.status is Status.EXERCISE and EXERCISE not in made.note:
        return
    name = EXERCISE if made.status is Status.EXERCISE else ""
    assert cap12.decode(cap12.encode(made, MODES[made.status], name)).alert == made


@FRUGAL
@given(st.binary(max_size=400))
def test_any_bytes(document: bytes) -> None:
    read(document)


@FRUGAL
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_changed_bytes(changes: list[tuple[int, int]]) -> None:
    document = bytearray(WHOLE)
    for place, value in changes:
        document[place] = value
    read(bytes(document))


@FRUGAL
@given(st.integers(0, len(WHOLE)), st.integers(0, 60), st.text(alphabet="<>/&;![]\"'=- \nalertinfo:?", max_size=40))
def test_cut_and_stuffed_documents(place: int, gone: int, stuffing: str) -> None:
    read(WHOLE[:place] + stuffing.encode() + WHOLE[place + gone :])


@FRUGAL
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=1, max_size=3))
def test_lines_that_change_places(swaps: list[tuple[int, int]]) -> None:
    lines = WHOLE.split(b"\n")
    for one, other in swaps:
        first, second = one % len(lines), other % len(lines)
        lines[first], lines[second] = lines[second], lines[first]
    read(b"\n".join(lines))


PLAIN = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=40
).map(lambda text: text.strip() or "x")
LATITUDES, LONGITUDES = st.floats(-90, 90), st.floats(-180, 180)
MOMENTS = st.builds(
    CapTime,
    st.integers(1_777_600_000, 250_000_000_000).map(lambda second: second * SECOND_NS),
    st.integers(-840, 840),
)
NAMED = st.builds(Named, PLAIN, PLAIN)
AREAS = st.builds(
    CapArea,
    description=PLAIN,
    polygons_deg=st.lists(
        st.lists(st.tuples(LATITUDES, LONGITUDES), min_size=3, max_size=5).map(lambda ring: (*ring, ring[0])),
        max_size=2,
    ).map(tuple),
    circles=st.lists(st.builds(CapCircle, LATITUDES, LONGITUDES, st.floats(0, 20_000)), max_size=2).map(tuple),
    geocodes=st.lists(NAMED, max_size=2).map(tuple),
)


@settings(FRUGAL, max_examples=40)
@given(
    texts=st.tuples(PLAIN, PLAIN, PLAIN, PLAIN),
    expires=MOMENTS,
    areas=st.lists(AREAS, max_size=3).map(tuple),
    named=st.lists(NAMED, max_size=3).map(tuple),
    incidents=st.lists(st.text(alphabet=string.ascii_letters + " -", min_size=1, max_size=12), max_size=3),
)
def test_any_values_come_back_as_they_went(
    texts: tuple[str, str, str, str],
    expires: CapTime,
    areas: tuple[CapArea, ...],
    named: tuple[Named, ...],
    incidents: list[str],
) -> None:
    info = replace(
        alert().infos[0],
        event=texts[0],
        headline=texts[1],
        description=f"{texts[1]}\n\n{texts[2]}",
        contact=texts[3],
        expires=expires,
        areas=areas,
        parameters=named,
    )
    words = tuple(" ".join(word.split()) for word in incidents if word.strip())
    made = replace(alert(), infos=(info,), incidents=words)
    assert cap12.decode(cap12.encode(made, Mode.EXERCISE, EXERCISE)).alert == made
