"""What the library's tests ask of public alerts: every document is of its exercise, and four days' alerts against what was published.

docs/explain/alerts-of-the-day.md says the same figures.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cryptography import x509
from lxml import etree

from bongsu.adapters.cap_seal import open_sealed
from bongsu.adapters.outlets.world import Published, World
from bongsu.drill import records, scenario
from bongsu.ledger import packaged
from bongsu.ledger.alerts import published_at
from bongsu.model.alert import Alert
from bongsu.model.alert_draft import AlertDocument
from bongsu.model.mode import Mode
from bongsu.wire import cap12
from bongsu.wire.cap12_types import CapError, Scope, Status
from tests.wire.cap12_samples import OTHERS, schema

PAGE = Path(__file__).parents[2] / "docs/explain/alerts-of-the-day.md"
DAYS = {
    "overflight-2022-10-04": "jp",
    "icbm-2022-11-03": "jp",
    "hwasong-18-2023-04-13": "jp",
    "satellite-2023-05-31": "kr",
}
TOKYO_ISLANDS = {"JP-13-izu", "JP-13-ogasawara"}

Told = tuple[float, str, tuple[str, ...]]
"""Seconds after the launch, the stage, and the areas of one public document."""


def documents_hold(alerts: Path, exercise: str) -> int:
    """Every document is `Exercise`, names its exercise, is sealed, and fits no outlet of another world or of an exercise of another name; how many."""
    paths = sorted(alerts.glob("*.xml"))
    for path in paths:
        content = path.read_bytes()
        node = path.name.split(".")[0]
        certificate = x509.load_pem_x509_certificate((alerts / f"{node}-seal.pem").read_bytes())
        opened = open_sealed(content, [certificate], cap12.decode(content).alert.sent.time_ns)
        document = Published(document=path.stem, audience="public", content=opened.signed)
        World(Mode.EXERCISE, exercise).admit(document)
        assert opened.read.alert.status is Status.EXERCISE and opened.read.alert.scope is not Scope.PUBLIC
        for other in (World(Mode.REAL), World(Mode.TEST), World(Mode.EXERCISE, exercise + "-2")):
            with pytest.raises(CapError):
                other.admit(document)
        if (OTHERS / "CAP-v1.2.xsd").is_file():
            assert schema().validate(etree.fromstring(opened.signed)), path.name
    return len(paths)


def told(name: str, record: Path) -> tuple[list[Told], list[str], int]:
    """What the nation told its public; every area that its machine ever put on a rung; and the launch in ns."""
    loaded = scenario.load(name)
    launch_ns = min(flight.launch_ns for flight in scenario.solve(loaded, name).values())
    documents: list[Told] = []
    risen: set[str] = set()
    for item in records.items(record, DAYS[name], ("alert_document", "alert")):
        body = item.body
        if isinstance(body, AlertDocument) and body.audience == "public":
            documents.append(((body.time_ns - launch_ns) / 1e9, body.stage.value, body.areas))
        elif isinstance(body, Alert):
            risen |= {risk.area for risk in body.areas}
    return documents, sorted(risen), launch_ns


def row(name: str) -> list[str]:
    """The cells of a day in the page's table."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| `{name}` |")]
    assert len(lines) == 1
    return [cell.strip() for cell in lines[0].strip("|").split("|")]


def seconds(cell: str) -> list[float]:
    return [float(found) for found in re.findall(r"(\d+) s", cell)]


def as_published(name: str, record: Path) -> None:
    """The areas and times of a day against the page's and the ledger's."""
    documents, risen, launch_ns = told(name, record)
    published = [after_s for _, after_s, _ in published_at(packaged.book(), launch_ns)]
    assert published, "the day's alert is in the ledger"
    _, areas, times, _, _ = row(name)
    beginnings = [one for one in documents if one[1] in ("pre_alert", "alert")]
    endings = [one for one in documents if one[1] in ("passed", "corrected")]
    assert re.findall(r"[A-Z]{2}-[\w-]+", areas) == sorted({area for one in beginnings for area in one[2]})
    assert seconds(times) == pytest.approx([one[0] for one in documents], abs=2.0)
    assert not TOKYO_ISLANDS & set(risen), "the wrong islands of that day"
    assert "KR-11" not in risen, "Seoul was not at risk"
    if name in ("icbm-2022-11-03", "hwasong-18-2023-04-13"):
        assert not documents and not risen, "nothing crossed land, and no land was alerted"
        return
    assert beginnings[0][0] < min(published)
    assert len(endings) == 1 and endings[0][1] == "passed"
    assert {area for one in beginnings for area in one[2]} == set(endings[0][2]), "all who were told are told the end"
    assert endings[0][0] - beginnings[0][0] < 300.0
