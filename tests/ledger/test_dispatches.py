"""Dispatches: their form, their dates, what they name, and that nothing is guessed. All are of our own writing."""

from __future__ import annotations

import json

import pytest

from bongsu.base.errors import BadInput
from bongsu.ledger import dispatches, packaged
from bongsu.ledger.book import Book
from bongsu.ledger.dispatches import dates
from bongsu.ledger.dispatches.article import Dispatch
from bongsu.ledger.dispatches.matching import Proposal, confirmed, propose
from bongsu.ledger.fields import told
from bongsu.model.claim import Bound, Claim
from tests.ledger.dispatch import BODY, DISPATCH


def read(text: str, **more: str) -> Dispatch:
    (dispatch,) = dispatches.read(text.encode(), "d.txt", **more)
    return dispatch


def proposals(text: str, book: Book | None = None, **more: str) -> list[Proposal]:
    return propose(book or packaged.book(), read(text, **more), 0)


def sentence(
    text: str, head: str = "SEOUL, Nov. 12, 2023 (Newswire) -- "
) -> list[tuple[str, str | None, tuple[str, ...], bool]]:
    return [(one.named.what, one.when.day, one.entries, one.sure) for one in proposals(head + text)]


def test_every_part_of_the_form() -> None:
    dispatch = read(DISPATCH)
    assert dispatch.slug == "NKOREA-MISSILE/DATA"
    assert dispatch.headline == "Three nations to share missile warnings from next month"
    assert dispatch.revision == ("LEAD", 2, ("UPDATES throughout with details", "ADDS photo, byline"))
    assert dispatch.dateline == ("SEOUL", "Newswire", (11, 12), "2023-11-12")
    assert dispatch.byline == ("Kim Ha-neul", "Park Bada")
    assert dispatch.end_mark == "(END)"
    assert len(dispatch.body) == 5 and dispatch.body[0].startswith("Korea, the United States")
    assert dispatch.boilerplate[0] == "kim@newswire.example"
    assert "fired a ballistic missile" in dispatch.boilerplate[1]


def test_what_it_names_is_matched_and_boilerplate_names_nothing() -> None:
    found = [(one.named.what, one.when.day, one.entries, one.sure) for one in proposals(DISPATCH)]
    assert found == [
        ("trilateral", "2023-11-12", ("trilateral-2023-11-12",), True),
        ("scm", "2023-11-13", ("scm-55",), True),
        ("unc", "2023-11-14", ("unc-2023-11-14",), True),
        ("Hwasong-18", "2023", ("2023-04-12-1", "2023-07-12-1"), True),
        ("satellite", "2023-05", ("2023-05-30-1",), True),
        ("satellite", "2023-08", ("2023-08-23-1",), True),
        ("Hwasong-18", "2023-07-12", ("2023-07-12-1",), True),
    ]


def test_figures_are_claims_of_that_source() -> None:
    last = proposals(DISPATCH)[-1]
    assert {claim.field: told(claim) for claim in last.claims} == {
        "told": "Hwasong-18, 2023-07-12",
        "range_m": "1001.2 km",
        "apogee_m": "6648.4 km",
        "flight_s": "4491 s",
    }
    assert {claim.reporter for claim in last.claims} == {"newswire"}
    assert {claim.source for claim in last.claims} == {"d.txt"}


def test_a_person_confirms_and_a_later_revision_corrects() -> None:
    book = packaged.book()
    before = len(book.entries())
    found = proposals(DISPATCH, book)
    assert len(book.entries()) == before
    entries = confirmed(book, found, [3, 6, 6], "kim")
    assert [entry.id for entry in entries] == [
        "2023-04-12-1/newswire-2023-11-12/told",
        "2023-07-12-1/newswire-2023-11-12/told",
        "2023-07-12-1/newswire-2023-11-12/range",
        "2023-07-12-1/newswire-2023-11-12/apogee",
        "2023-07-12-1/newswire-2023-11-12/flight",
    ]
    assert all(isinstance(entry, Claim) and entry.note == "confirmed by kim" for entry in entries)
    for entry in entries:
        book.add(entry)
    later = DISPATCH.replace("(2nd LEAD)", "(3rd LEAD)").replace("4,491", "4,500")
    (correction,) = confirmed(book, proposals(later, book), [6], "lee")
    assert isinstance(correction, Claim) and correction.corrects == "2023-07-12-1/newswire-2023-11-12/flight"
    with pytest.raises(BadInput, match="proposal 1 is open"):
        confirmed(
            book,
            proposals("SEOUL (Newswire) -- A missile test was held Sunday. An ICBM was launched Sunday.", book),
            [0],
            "kim",
        )


@pytest.mark.parametrize(
    ("line", "mark", "number", "rest"),
    [
        ("(LEAD) Talks open", "LEAD", 1, "Talks open"),
        ("(2nd LD) Talks open", "LEAD", 2, "Talks open"),
        ("(3rd LEAD) Talks open", "LEAD", 3, "Talks open"),
        ("(URGENT) Talks open", "URGENT", None, "Talks open"),
        ("UPDATE 2-Talks open", "UPDATE", 2, "Talks open"),
        ("Talks open", None, None, "Talks open"),
    ],
)
def test_revisions(line: str, mark: str | None, number: int | None, rest: str) -> None:
    dispatch = read(f"{line}\n\nTOKYO, Nov. 12 (Newswire) -- Talks opened.\n")
    assert (dispatch.revision.mark, dispatch.revision.number, dispatch.headline) == (mark, number, rest)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("SEOUL, July 4 (Newswire) -- It flew.", ("SEOUL", "Newswire", (7, 4), None)),
        ("SEOUL, July 4, 2017 (Newswire) \u2014 It flew.", ("SEOUL", "Newswire", (7, 4), "2017-07-04")),
        ("SEOUL/TOKYO, Nov 21 (Some Press) - It flew.", ("SEOUL/TOKYO", "Some Press", (11, 21), None)),
        ("SEOUL, South Korea (Newswire) \u2014 It flew.", ("SEOUL", "Newswire", None, None)),
        ("MOSCOW, July 29. /AGENCY/. It flew.", ("MOSCOW", "AGENCY", (7, 29), None)),
        ("Seoul, Dec. 19 (Some Press)--It flew.", ("Seoul", "Some Press", (12, 19), None)),
    ],
)
def test_datelines(line: str, expected: tuple[object, ...]) -> None:
    dispatch = read(line)
    assert dispatch.dateline == expected
    assert dispatch.body == ("It flew.",)


def test_a_text_without_any_form_is_unknown_in_every_part() -> None:
    dispatch = read("just a note about a launch on Sunday")
    assert (dispatch.dateline, dispatch.end_mark, dispatch.byline, dispatch.slug) == (None, None, (), None)
    assert dispatch.body == () and proposals("just a note about a launch on Sunday") == []


def test_without_a_year_nothing_is_dated_unless_somebody_says_it() -> None:
    text = "SEOUL, Nov. 12 (Newswire) -- A ballistic missile was launched Sunday. A Hwasong-18 was launched on July 12."
    assert [one.when.day for one in proposals(text)] == [None, None]
    assert all(not one.sure and one.reason.startswith("unknown") for one in proposals(text))
    assert [one.when.day for one in proposals(text, issued_day="2023-11-12")] == ["2023-11-12", "2023-07-12"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("It was launched Sunday.", "2023-11-12"),
        ("It was launched Saturday.", "2023-11-11"),
        ("It was launched Monday.", "2023-11-06"),
        ("Talks will open Monday.", "2023-11-13"),
        ("Talks are scheduled for Tuesday.", "2023-11-14"),
        ("It was launched last Sunday.", "2023-11-05"),
        ("Talks open next Sunday.", "2023-11-19"),
        ("It was launched Sunday, Nov. 12.", "2023-11-12"),
        ("It was launched Monday, Nov. 12.", None),
        ("It was launched on Nov. 31.", None),
        ("It was launched on the 12nd.", None),
        ("It was launched on December <>.", None),
        ("It was launched on July 12nd.", None),
        ("It was launched on July 4, 2017.", "2017-07-04"),
        ("It failed in May.", "2023-05"),
        ("It failed in December.", "2022-12"),
        ("It failed in May 2019.", "2019-05"),
        ("It was launched earlier this year.", "2023"),
        ("It was launched last year.", "2022"),
        ("It was launched last month.", "2023-10"),
        ("It was launched earlier this month.", "2023-11"),
        ("In May, it failed.", "2023-05"),
        ("Last month, it was launched.", "2023-10"),
        ("Earlier this year, it was launched.", "2023"),
        ("Last Sunday, it was launched.", "2023-11-05"),
        ("It was launched at 2324 GMT on Saturday.", "2023-11-12"),
        ("It was launched at 06:29 UTC Saturday.", "2023-11-11"),
        ("It was launched at 1828 GMT on July 3, 2017.", "2017-07-04"),
        ("It was launched at 1828 GMT on Nov. 31.", None),
        ("It was launched Sunday (2324 GMT Saturday).", "2023-11-12"),
        ("It was launched Sunday (2324 GMT).", "2023-11-12"),
    ],
)
def test_dates_against_the_dateline(text: str, day: str | None) -> None:
    (when,) = dates.find(text, "2023-11-12")
    assert when.day == day, when
    assert when.how


def test_without_a_dateline_only_full_dates_are_known() -> None:
    assert [when.day for when in dates.find("On Sunday, or in May, or July 4, or on July 4, 2017.", None)] == [
        None,
        None,
        None,
        "2017-07-04",
    ]


def test_counts_that_do_not_fit_stay_open() -> None:
    assert sentence("The North conducted three tests of the Hwasong-18 missile this year.") == [
        ("Hwasong-18", "2023", ("2023-04-12-1", "2023-07-12-1"), False)
    ]
    assert sentence("The North launched a ballistic missile in February.") == [
        ("ballistic missile", "2023-02", ("2023-02-18-1",), True)
    ]
    assert sentence("The North fired ballistic missiles in June.") == [
        ("ballistic missiles", "2023-06", ("2023-06-15-1", "2023-06-15-2"), False)
    ]
    assert sentence("The North launched a Hwasong-99 missile on July 12.") == [("Hwasong-99", "2023-07-12", (), False)]


def test_the_day_on_which_something_was_said_is_not_the_day_of_a_launch() -> None:
    assert sentence("A system will detect ballistic missile launches, the ministry said Sunday.") == []
    assert sentence("The North launched a satellite in May, officials said on Sunday.") == [
        ("satellite", "2023-05", ("2023-05-30-1",), True)
    ]


def test_each_meeting_has_its_own_date() -> None:
    text = "They agreed in a trilateral session during a visit for the annual security talks, slated for Monday."
    assert sentence(text) == [("trilateral", None, (), False), ("scm", "2023-11-13", ("scm-55",), True)]


def test_a_later_launch_is_not_meant_by_an_earlier_dispatch() -> None:
    found = sentence("The North launched a satellite three times this year.", "SEOUL, Nov. 12, 2023 (Newswire) -- ")
    assert found[0][2] == ("2023-05-30-1", "2023-08-23-1")


def test_a_local_launch_time_takes_the_zone_of_the_dateline() -> None:
    text = "The North launched a satellite on May 31 at 6:29 a.m., officials said."
    (seoul,) = proposals("SEOUL, Nov. 12, 2023 (Newswire) -- " + text)
    assert told(seoul.claims[-1]) == "2023-05-31T06:29:00+09:00"
    (london,) = proposals("LONDON, Nov. 12, 2023 (Newswire) -- " + text)
    assert [claim.field for claim in london.claims] == ["told"]


@pytest.mark.parametrize(
    "text",
    [
        "The North fired a ballistic missile on Monday at 8:24 a.m. (2324 GMT Sunday), Seoul said.",
        "The North fired a ballistic missile at 2324 GMT on Sunday, Seoul said.",
        "The North fired a ballistic missile Monday (2324 GMT), Seoul said.",
    ],
)
def test_a_moment_told_in_utc_is_one_launch_on_the_local_day(text: str) -> None:
    (one,) = proposals(f"SEOUL, Dec. 18, 2023 (Newswire) -- {text} It flew for 73 minutes.")
    assert one.sure and one.entries == ("2023-12-17-1",)
    told_ = {claim.field: told(claim) for claim in one.claims}
    assert told_["flight_s"] == "4380 s"
    assert told_["launch_time_ns"] in ("2023-12-18T08:24:00+09:00", "2023-12-17T23:24:00Z", "2023-12-17T23:24:00+00:00")


RSS = f"""<?xml version="1.0"?>
<rss version="2.0"><channel><title>Newswire</title>
<item><title>(LEAD) Three to share data</title><link>https://newswire.example/1</link>
<pubDate>Sun, 12 Nov 2023 16:20:00 +0900</pubDate><author>Kim</author>
<description><![CDATA[<p>{BODY.replace(chr(10) + chr(10), "</p><p>")}</p>]]></description></item>
<item><title>A summary</title><guid>urn:2</guid><pubDate>nonsense</pubDate><description>A Hwasong-18 was launched Wednesday.</description></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>(2nd LD) A test</title><id>urn:1</id>
<link href="https://newswire.example/a"/><updated>2023-07-13T01:00:00+09:00</updated><author><name>Lee</name></author>
<summary>A Hwasong-18 missile was launched July 12.</summary></entry></feed>"""


def test_rss() -> None:
    first, second = dispatches.read(RSS.encode(), "feed.xml")
    assert (first.form, first.headline, first.revision.number, first.source) == (
        "rss",
        "Three to share data",
        1,
        "https://newswire.example/1",
    )
    assert first.dateline is not None and first.dateline.day == "2023-11-12"
    assert len(propose(packaged.book(), first, 0)) == 7
    assert (second.issued_ns, second.source) == (None, "urn:2")
    (open_,) = propose(packaged.book(), second, 0)
    assert not open_.sure and open_.when.day is None


def test_atom() -> None:
    (one,) = dispatches.read(ATOM.encode(), "feed.xml")
    assert (one.form, one.revision.mark, one.revision.number, one.byline) == ("atom", "LEAD", 2, ("Lee",))
    (proposal,) = propose(packaged.book(), one, 0)
    assert proposal.entries == ("2023-07-12-1",) and proposal.claims[0].reporter.startswith("unknown-")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('<!DOCTYPE x [<!ENTITY a "b">]><rss><channel/></rss>', "a document type or an entity"),
        ("<rss><channel>", "not XML"),
        ("<html></html>", "'html' is neither RSS nor Atom"),
        ("<a>" * 100 + "</a>" * 100, "deep"),
        ('{"no": "uri"}', "there is no uri"),
        ("{", "not ninjs"),
    ],
)
def test_what_is_no_dispatch_is_refused_in_one_line(content: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        dispatches.read(content.encode(), "file")
    with pytest.raises(BadInput, match="not text in UTF-8"):
        dispatches.read(b"\xff\xfe\x00", "file")


NINJS = {
    "uri": "https://newswire.example/n1",
    "slugline": "NKOREA-MISSILE/DATA",
    "headlines": [{"value": "(2nd LD) Three to share data"}],
    "by": "By Kim Ha-neul",
    "versionCreated": "2023-11-12T16:20:00+09:00",
    "edNote": "UPDATES throughout",
    "bodies": [{"contentType": "text/plain", "value": BODY}],
}


def test_ninjs() -> None:
    (one,) = dispatches.read(json.dumps(NINJS).encode(), "n.json")
    assert (one.form, one.slug, one.headline) == ("ninjs", "NKOREA-MISSILE/DATA", "Three to share data")
    assert one.revision == ("LEAD", 2, ("UPDATES throughout",))
    assert one.byline == ("Kim Ha-neul",) and one.source == "https://newswire.example/n1"
    assert len(propose(packaged.book(), one, 0)) == 7


def test_ninjs_of_earlier_versions_and_odd_shapes() -> None:
    old = {
        "uri": "urn:1",
        "headline": "Talks",
        "body_xhtml": f"<p>{BODY}</p>",
        "versioncreated": "2023-11-12T07:20:00Z",
    }
    (one,) = dispatches.read(json.dumps(old).encode(), "n.json")
    assert one.headline == "Talks" and one.dateline is not None and one.dateline.day == "2023-11-12"
    (bare,) = dispatches.read(b'{"uri": "urn:1", "headlines": "odd", "bodies": [7]}', "n.json")
    assert (bare.headline, bare.body, bare.revision.mark) == (None, (), None)


@pytest.mark.parametrize(
    ("first", "second", "slug", "headline"),
    [
        (
            "(2nd LD) NK-missile launch",
            "North fires missile toward the sea",
            "NK-missile launch",
            "North fires missile toward the sea",
        ),
        ("(LEAD) North fires missile toward the sea", "", None, "North fires missile toward the sea"),
        ("(LEAD) North fires long-range missile", "", None, "North fires long-range missile"),
    ],
)
def test_a_slug_in_small_letters(first: str, second: str, slug: str | None, headline: str) -> None:
    read_ = read(f"{first}\n{second}\n\nSEOUL, Dec. 18 (Wire) -- Nothing.\n")
    assert (read_.slug, read_.headline) == (slug, headline)


def test_two_kinds_of_launch_in_one_sentence_are_kept_apart() -> None:
    body = (
        "Nov. 12, 2023 (Wire) -- North Korea launched a Hwasong-18 intercontinental ballistic missile in April and again on July 12, "
        "and failed twice to put a satellite into orbit, on May 31 and Aug. 24."
    )
    found = proposals("SEOUL, " + body)
    assert [(one.sure, one.entries) for one in found] == [
        (True, ("2023-04-12-1",)),
        (True, ("2023-07-12-1",)),
        (True, ("2023-05-30-1",)),
        (True, ("2023-08-23-1",)),
    ]


def test_a_space_rocket_is_a_launch_of_a_satellite() -> None:
    (one,) = proposals("SEOUL, " + "Nov. 21, 2023 (Wire) -- North Korea launched a space rocket on Tuesday.")
    assert (one.sure, one.entries) == (True, ("2023-11-21-1",))


def test_figures_may_follow_in_sentences_of_their_own() -> None:
    body = (
        "Dec. 18, 2023 (Wire) -- North Korea fired an intercontinental ballistic missile on Monday.\n\n"
        "The missile flew about 1,000 kilometers, the military said.\n\n"
        "Japan's ministry said it flew for 73 minutes, to a maximum altitude of more than 6,000 km.\n\n"
        "North Korea also tested a ballistic missile on Sunday. It flew 570 km."
    )
    first, *_ = proposals("SEOUL, " + body)
    told = {claim.field: (claim.value, claim.bound) for claim in first.claims}
    assert told["range_m"] == (1_000_000.0, Bound.ABOUT)
    assert told["flight_s"] == (4_380.0, Bound.EXACT)
    assert told["apogee_m"] == (6_000_000.0, Bound.AT_LEAST)


def test_two_figures_of_one_field_are_not_guessed_between() -> None:
    body = (
        "Dec. 18, 2023 (Wire) -- North Korea fired an intercontinental ballistic missile on Monday.\n\n"
        "It flew about 1,000 km, Seoul said. It flew more than 1,020 km, Tokyo said. It flew for 73 minutes."
    )
    (one,) = proposals("SEOUL, " + body)
    assert {claim.field for claim in one.claims} == {"told", "flight_s"}
