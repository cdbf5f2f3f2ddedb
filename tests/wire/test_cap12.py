"""CAP documents as bytes: golden, valid against the OASIS schema, read back the same, refused when they are not what they should be."""

from __future__ import annotations

from itertools import product

import pytest
from lxml import etree
from msgspec.structs import replace

from bongsu.base.limits_alerts import CAP_BYTES
from bongsu.model.mode import Mode
from bongsu.model.wording import AlertStage
from bongsu.wire import cap12
from bongsu.wire.cap12_types import CapCircle, CapError, CapTime, Named
from tests.wire.cap12_samples import (
    EXERCISE,
    GOLDEN,
    NAMES,
    OTHERS,
    SECOND_NS,
    alert,
    encoded,
    others,
    schema,
)

CASES = list(product((Mode.REAL, Mode.EXERCISE, Mode.TEST), AlertStage, ("impact", "overflight")))


@pytest.mark.parametrize(
    ("name", "stage"), [("exercise-alert", AlertStage.ALERT), ("exercise-corrected", AlertStage.CORRECTED)]
)
def test_golden_bytes(name: str, stage: AlertStage) -> None:
    assert encoded(stage=stage) == (GOLDEN / f"{name}.xml").read_bytes()


@pytest.mark.parametrize(("mode", "stage", "kind"), CASES)
def test_every_document_reads_back_the_same(mode: Mode, stage: AlertStage, kind: str) -> None:
    made = alert(mode, stage, kind)
    assert cap12.decode(cap12.encode(made, mode, NAMES[mode])) == cap12.CapRead(made)


@pytest.mark.parametrize(("mode", "stage", "kind"), CASES)
def test_every_document_is_valid_by_the_schema(mode: Mode, stage: AlertStage, kind: str) -> None:
    schema().assertValid(etree.fromstring(cap12.encode(alert(mode, stage, kind), mode, NAMES[mode])))


def test_a_document_with_every_member_is_valid_and_reads_back() -> None:
    made = alert()
    info = replace(
        made.infos[0],
        audience="everyone & all <people>",
        contact="112",
        web="https://kr.example/?a=1&b=2",
        parameters=(Named("empty", ""), Named("한글", "값")),
        areas=(replace(made.infos[0].areas[0], circles=(CapCircle(-0.1, -179.999, 0.000001),)),),
    )
    full = replace(made, incidents=("one", "two words"), codes=("a", "b"), infos=(info,))
    document = cap12.encode(full, Mode.EXERCISE, EXERCISE)
    assert cap12.decode(document).alert == full
    schema().assertValid(etree.fromstring(document))


def test_times_are_written_with_numbers_never_z() -> None:
    utc = replace(alert(), sent=CapTime(1_777_592_832 * SECOND_NS))
    assert b"<sent>2026-04-30T23:47:12-00:00</sent>" in cap12.encode(utc, Mode.EXERCISE, EXERCISE)
    west = replace(alert(), sent=CapTime(1_777_592_832 * SECOND_NS, -570))
    assert b"<sent>2026-04-30T14:17:12-09:30</sent>" in cap12.encode(west, Mode.EXERCISE, EXERCISE)


def test_a_fraction_of_a_second_is_refused_not_cut() -> None:
    made = replace(alert(), sent=CapTime(1_777_592_832 * SECOND_NS + 1))
    with pytest.raises(CapError) as caught:
        cap12.encode(made, Mode.EXERCISE, EXERCISE)
    assert caught.value.code == "fraction"


def changed(old: str, new: str) -> bytes:
    text = encoded().decode()
    assert old in text
    return text.replace(old, new, 1).encode()


SENT = "<sent>2026-05-01T08:47:12+09:00</sent>"


@pytest.mark.parametrize(
    ("code", "document"),
    [
        ("not_xml", b""),
        ("not_xml", b"<alert"),
        ("not_cap", b"<alert/>"),
        ("not_cap", b'<feed xmlns="urn:oasis:names:tc:emergency:cap:1.2"/>'),
        ("version", b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.1"/>'),
        ("encoding", b"\xff\xfe<\x00"),
        ("encoding", b'<?xml version="1.0" encoding="UTF-16"?><alert/>'),
        ("encoding", '<?xml version="1.0" encoding="utf-8"?><alert/>'.encode("utf-16")),
        ("size", b" " * (CAP_BYTES + 1)),
    ],
)
def test_what_is_no_cap_document_is_refused(code: str, document: bytes) -> None:
    with pytest.raises(CapError) as caught:
        cap12.decode(document)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("missing", "<sender>alerts@kr.example</sender>", ""),
        ("missing", "<scope>Restricted</scope>", "<scope/>"),
        ("order", SENT, f"<status>Exercise</status>{SENT}<status>Exercise</status>"),
        ("twice", SENT, SENT + SENT),
        ("value", "<status>Exercise</status>", "<status>Drill</status>"),
        ("value", "<urgency>Immediate</urgency>", "<urgency>immediate</urgency>"),
        ("time", SENT, "<sent>2026-05-01T08:47:12Z</sent>"),
        ("time", SENT, "<sent>2026-05-01T08:47:12.5+09:00</sent>"),
        ("time", SENT, "<sent>2026-02-30T08:47:12+09:00</sent>"),
        ("time", SENT, "<sent>2026-05-01T08:47:12+15:00</sent>"),
        ("time", SENT, "<sent>1969-05-01T08:47:12+09:00</sent>"),
        ("text", "<info>", "<info>stray"),
        ("text", "</info>", "</info>stray"),
        ("text", "<category>Security</category>", "<category>Security<b/></category>"),
        ("attribute", "<category>", '<category kind="x">'),
        ("missing", "<category>Security</category>", ""),
        ("missing", "<value>DMO</value>", ""),
        ("polygon", "37.0,127.0 38.25,127.0", "36.0,127.0 38.25,127.0"),
        ("place", "38.25,127.0", "98.25,127.0"),
        ("place", "38.25,127.0", "38.25"),
        ("number", "38.25,127.0", "nan,127.0"),
        ("number", "38.25,127.0", "1e1,127.0"),
        ("circle", "37.95,124.67 25.0", "37.95,124.67"),
        ("circle", "37.95,124.67 25.0", "37.95,124.67 -1"),
    ],
)
def test_a_broken_member_is_refused_with_its_place(code: str, old: str, new: str) -> None:
    with pytest.raises(CapError) as caught:
        cap12.decode(changed(old, new))
    assert caught.value.code == code
    assert caught.value.place.startswith("alert")


@pytest.mark.parametrize(
    "declaration",
    [
        "<!DOCTYPE alert>",
        '<!DOCTYPE alert SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE alert [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!doctype alert [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>',
    ],
)
def test_no_declaration_reaches_the_parser(declaration: str) -> None:
    with pytest.raises(CapError) as caught:
        cap12.decode(changed("<alert ", f"{declaration}<alert "))
    assert caught.value.code == "declaration"


def test_a_declaration_in_another_encoding_does_not_slip_through() -> None:
    hidden = "+ADwAIQ-DOCTYPE alert+AD4-"  # UTF-7
    with pytest.raises(CapError) as caught:
        cap12.decode(f'<?xml version="1.0" encoding="UTF-7"?>{hidden}<alert/>'.encode())
    assert caught.value.code == "encoding"


def test_what_is_unknown_is_kept_out_and_reported() -> None:
    old = "<urgency>Immediate</urgency>"
    strange = f'{old}<x:seen xmlns:x="urn:x">1</x:seen><later>2</later>'
    read = cap12.decode(changed(old, strange))
    assert read.alert == alert()
    name = "{urn:oasis:names:tc:emergency:cap:1.2}later"
    assert read.unread == ("alert/info/{urn:x}seen", f"alert/info/{name}")


def test_members_that_are_left_out_are_reported() -> None:
    resource = "<resource><resourceDesc>map</resourceDesc><mimeType>image/png</mimeType></resource>"
    read = cap12.decode(changed("<area>", f"{resource}<area>"))
    assert read.unread == ("alert/info/resource",)
    assert read.alert == alert()


def test_comments_and_instructions_are_nothing() -> None:
    read = cap12.decode(changed("<sender>alerts@kr.example", "<!-- x --><?y z?><sender>alerts@<!-- q -->kr.example"))
    assert read == cap12.CapRead(alert())


def test_the_files_of_others() -> None:
    if not OTHERS.is_dir():
        pytest.skip("the CAP files of others are not beside this project")
    outcome = {}
    for path in others():
        document = path.read_bytes()
        try:
            read = cap12.decode(document)
        except CapError as error:
            outcome[path.name] = error.code
        else:
            outcome[path.name] = f"{len(read.alert.infos)} {' '.join(read.unread)}".strip()
            schema().assertValid(etree.fromstring(document))
    assert outcome == {
        "testdata__australia.cap": "2 alert/info/resource",
        "testdata__canada.cap": "2",
        "testdata__earthquake.cap": "version",
        "testdata__invalid.cap": "missing",
        "testdata__no_optional_fields.cap": "version",
        "testdata__wcatwc-warning.cap": "1 alert/info/resource",
        "testdata__weather.cap": "version",
        "testdata__weather_index.atom": "not_cap",
    }


def test_a_document_of_others_is_written_again_as_the_same_document() -> None:
    path = OTHERS / "testdata__canada.cap"
    if not path.is_file():
        pytest.skip("the CAP files of others are not beside this project")
    read = cap12.decode(path.read_bytes())
    again = cap12.encode(read.alert, Mode.REAL)
    assert cap12.decode(again).alert == read.alert
    schema().assertValid(etree.fromstring(again))
