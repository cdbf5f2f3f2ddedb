"""The review: opening sentences, marked plots, nothing fetched, nothing left blank."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from bongsu.base.errors import BadInput
from bongsu.reports import fonts, pdf
from bongsu.reports.document import Replay
from bongsu.reports.findings import improvements, strengths
from bongsu.reports.material import Material, TrueFlight
from bongsu.reports.opening import what_happened, what_sharing_bought
from bongsu.reports.review import read, render, write
from bongsu.reports.sections import document
from bongsu.views.flown import flown
from bongsu.views.moments import moments
from tests.core.harness import START_NS, Node, at, estimate, outgoing_of, point

MARK = "EXERCISE – SIMULATED SENSORS"
SCRIPTS = re.compile(r"<script[^>]*>")


def measures(**changes: Any) -> dict[str, Any]:
    return {
        "first_detection_s": 8.0,
        "first_own_warning_s": 12.0,
        "first_partner_warning_s": 14.0,
        "first_alert_s": None,
        "launch_error_km": 3.2,
        "launch_d2": 1.1,
        "impact_error_km": [[60.0, 40.0], [120.0, 9.0]],
        "impact_d2": 2.0,
        "partners_heard": ["us"],
        "final_status": "impacted",
        "areas_alerted": [],
        "areas_at_risk": [],
    } | changes


def review(**changes: Any) -> dict[str, Any]:
    truth = {
        "time": "2026-05-01T00:00:00Z",
        "latitude_deg": 39.1,
        "longitude_deg": 126.0,
        "apogee_m": 6.6e6,
        "range_m": 1.0e6,
        "flight_s": 4490.0,
        "impact": {},
    }
    nodes = {"kr": measures(), "jp": measures(first_own_warning_s=60.0)}
    return {
        "scenario": "s",
        "seed": 1,
        "speed": "max",
        "digest": "d",
        "outcome_digest": "o",
        "launches": [{"id": "L1", "truth": truth, "nodes": nodes}],
        "exchange": {
            "sent": 9,
            "delivered": 9,
            "lost": 0,
            "applied_twice": 0,
            "refused": 0,
            "leaked": 0,
            "latency_ms": {"p50": 4.0, "p99": 9.0, "max": 9.0},
        },
        "sharing": {
            "kr": {"seconds_gained": 0.0, "ellipse_shrink": 1.0},
            "jp": {"seconds_gained": 46.2, "ellipse_shrink": 2.31},
        },
        "retractions": [],
        "mode": "exercise",
        "siap": {},
        "expectations": [
            {"text": "kr warns", "met": True, "kind": "warned"},
            {"text": "jp hears <kr>", "met": False, "kind": "hears"},
        ],
    } | changes


def material(**changes: Any) -> Material:
    kr, jp = Node("kr"), Node("jp")
    for one in outgoing_of(kr.say(at(10), estimate(10, impact=point(44, 137, 900))), "jp"):
        jp.hear(at(10.1), kr, one)
    jp.command(at(15), "acknowledge", "jp-V1")
    flight = TrueFlight("L1", "a flight", [START_NS, START_NS + 10**9], [0.68, 0.7], [2.2, 2.3], [0.0, 1e5])
    settings: dict[str, Any] = {
        "title": "A drill",
        "teaches": "How it goes.",
        "mark": MARK,
        "start_ns": START_NS,
        "review": review(),
        "flights": [flight],
        "flown": flown(kr.items, "kr") + flown(jp.items, "jp"),
        "moments": moments(kr.items, "kr") + moments(jp.items, "jp"),
        "latencies_ms": [3.0, 4.0, 9.0],
        "reported": [("KCNA", "4,491 s", "https://example.org/source")],
    }
    return Material(**(settings | changes))


class Checker(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.plots = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.plots += tag == "svg"
        if tag in ("link", "img", "iframe", "object"):
            self.fetched.append(tag)
        self.fetched += [v for n, v in attributes if n in ("src", "href", "xlink:href") and v and not v.startswith("#")]


def test_the_page_is_whole_and_fetches_nothing() -> None:
    page = render(material())
    checker = Checker()
    checker.feed(page)
    assert checker.fetched == []
    assert checker.plots == 5
    assert "url(http" not in page
    assert page.count(f"<title>{MARK}") == 1 + 5, "the mark stands in the page's title and in every plot"
    assert "jp hears &lt;kr&gt;" in page
    assert "acknowledged by An Officer" in page
    assert all("src" not in tag for tag in SCRIPTS.findall(page))
    assert not re.search(r"\b(?:fetch|XMLHttpRequest|importScripts|import)\s*\(", page)


def test_every_section_says_something_in_every_language() -> None:
    from bongsu.words.catalogue import LANGUAGES

    bare = material(review=review(launches=[], expectations=[], sharing={}), flights=[], flown=[], moments=[])
    for told in (document(material()), document(bare)):
        assert len(told.sections) == 18
        for section in told.sections:
            assert section.blocks or (section.empty and all(section.empty[one].strip() for one in LANGUAGES)), section


def test_every_plot_carries_its_mark_and_labels_in_three_languages() -> None:
    page = render(material())
    for plot in re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL):
        assert "훈련 – 모의 센서" in plot and "訓練 – 模擬センサー" in plot
    assert '<tspan lang="ko">경도, 동경(도)</tspan>' in page


def test_the_replay_holds_what_each_nation_had() -> None:
    (replay,) = [
        block for section in document(material()).sections for block in section.blocks if isinstance(block, Replay)
    ]
    held = [(one["node"], one["origin"], one["words"][0][1]) for one in replay.data["held"]]
    assert held == [("kr", "kr", "initial"), ("jp", "kr", "initial")]
    assert replay.data["opens_s"] == max(
        one["words"][0][0] for one in replay.data["held"] if one["node"] == one["origin"]
    )
    assert 0.0 < replay.data["opens_s"] < replay.data["end_s"]
    assert replay.data["moments"] == sorted(replay.data["moments"], key=lambda moment: moment[0])
    assert json.loads(json.dumps(replay.data)) == replay.data


def test_strengths_and_improvements_follow_from_the_measures() -> None:
    at = measures(areas_at_risk=["JP-01", "JP-02"], areas_alerted=["JP-02", "JP-03"], impact_d2=9.0)
    truth = review()["launches"][0]["truth"]
    told = [one["en"] for one in improvements(review(launches=[{"id": "L1", "truth": truth, "nodes": {"jp": at}}]))]
    assert told == [
        "Not met: jp hears <kr>",
        "jp did not alert areas that L1 touched: JP-01",
        "jp alerted areas that L1 did not touch: JP-03",
        "The last impact ellipse of jp for L1 did not hold the true impact (d² 9.0)",
    ]
    good = [one["en"] for one in strengths(review())]
    assert good == [
        "Nothing of 9 prompt messages was lost, applied twice or leaked",
        "Sharing warned Japan 46 s earlier",
    ]


@pytest.mark.parametrize("language", ["ko", "ja"])
def test_the_pdf_is_of_the_same_sections(language: str, tmp_path: Path) -> None:
    if fonts.family(language) is None:
        pytest.skip(fonts.REMEDY)
    path = pdf.write(tmp_path / "review.pdf", document(material()), language)
    content = path.read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Type /Page\n") + content.count(b"/Type /Page ") >= 2


def test_a_language_without_a_font_is_refused_with_the_package_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fonts, "family", lambda language: None)
    with pytest.raises(BadInput, match="fonts-noto-cjk"):
        pdf.write(tmp_path / "review.pdf", document(material()), "ko")
    assert list(tmp_path.iterdir()) == []


def test_a_review_can_be_written_again(tmp_path: Path) -> None:
    write(tmp_path, material())
    first = (tmp_path / "review.html").read_bytes()
    write(tmp_path, read(tmp_path))
    assert (tmp_path / "review.html").read_bytes() == first
    with pytest.raises(BadInput, match="no review was written here"):
        read(tmp_path / "elsewhere")


def test_the_opening_says_what_happened_and_what_sharing_bought() -> None:
    first, second = what_happened(review(), "A drill"), what_sharing_bought(review())
    assert (
        first["en"]
        == "In “A drill”, one object flew and Korea warned first, 12 s after launch; 1 of 2 expectations were met."
    )
    assert "12초" in first["ko"] and "12秒" in first["ja"]
    assert "Japan 46 s to the first warning and an impact ellipse 2.3 times smaller" in second["en"]
    assert "Korea no time to the first warning" in second["en"]


def test_a_false_alarm_and_nothing_measured() -> None:
    launches = [{"id": "F1", "truth": None, "nodes": {"kr": measures()}}]
    taken_back = [
        {
            "event": "kr-E1",
            "origin": "kr",
            "holders": 2,
            "confirmed": 2,
            "retracted_s": 90,
            "p50_s": 1,
            "p95_s": 2,
            "p100_s": 2,
        }
    ]
    quiet = review(
        exchange=review()["exchange"] | {"latency_ms": None},
        launches=launches,
        retractions=taken_back,
        sharing={"kr": {"seconds_gained": None, "ellipse_shrink": None}},
    )
    assert "retracted at every holder" in what_happened(quiet, "X")["en"]
    assert "could not be measured" in what_sharing_bought(quiet)["en"]
    page = render(material(review=quiet, flights=[], latencies_ms=[]))
    assert "nothing flew" in page and "latency is not measured" in page


def test_a_retraction_is_told_to_its_last_console_and_what_cannot_confirm_stands_apart() -> None:
    taken_back = {
        "event": "kr-V1",
        "origin": "kr",
        "holders": 1,
        "confirmed": 1,
        "retracted_s": 90,
        "p50_s": 1,
        "p95_s": 1,
        "p100_s": 1,
        "recipients": [
            {"recipient": "jp", "received_s": 0.2, "confirmed_s": 1.1, "consoles": {"tokyo-1": 1.1, "tokyo-2": None}}
        ],
        "apart": ["public: alert_document"],
        "onward": ["us>au"],
    }
    page = render(material(review=review(retractions=[taken_back])))
    assert "tokyo-2" in page and "public: alert_document" in page and "us&gt;au" in page


@pytest.mark.parametrize("kind", ["own_warning", "partner_warning", "alarm", "acknowledged"])
def test_moments_of_a_session(kind: str) -> None:
    assert kind in {one.kind for one in material().moments}


def test_flown_paths_are_thinned() -> None:
    from bongsu.model.warning import Path
    from bongsu.views.flown import POINTS_COUNT

    kr = Node("kr")
    kr.say(at(10), estimate(10))
    for second in range(2 * POINTS_COUNT):
        place = Path(
            warning="kr-E1", time_ns=at(second).exercise_ns, latitude_rad=0.7, longitude_rad=2.2, altitude_m=1e5
        )
        kr.say(at(second), place)
    (one,) = flown(kr.items, "kr")
    assert POINTS_COUNT / 2 <= len(one.time_ns) <= POINTS_COUNT
    assert one.time_ns == sorted(one.time_ns)
