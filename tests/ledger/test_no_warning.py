"""No claim and no dispatch can ever create a warning: by construction, seen from both sides."""

from __future__ import annotations

import ast
from pathlib import Path

import bongsu
from bongsu.core.pipeline import __name__ as pipeline
from bongsu.ledger import dispatches, packaged
from bongsu.ledger.dispatches.matching import confirmed, propose
from bongsu.model.claim import Claim
from tests.ledger.dispatch import DISPATCH

SOURCE = Path(bongsu.__file__).parent
ROOMS = ("core", "wire", "node", "adapters", "drill", "record")
LEDGER = ("bongsu.ledger", "bongsu.model.claim")
FORBIDDEN = (
    "bongsu.core",
    "bongsu.node",
    "bongsu.model.warning",
    "bongsu.model.alert",
    "bongsu.model.head",
    "bongsu.model.track",
)


def imports(path: Path) -> list[str]:
    """Every module that a file imports, wherever the import stands."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [f"{node.module}.{name.name}" for name in node.names] + [node.module or ""]
    return names


def importing(folders: tuple[str, ...], modules: tuple[str, ...]) -> list[str]:
    """Files of the folders that import one of the modules."""
    files = [path for folder in folders for path in sorted((SOURCE / folder).rglob("*.py"))]
    assert len(files) > 10 or folders == ("ledger",)
    return [
        f"{path.relative_to(SOURCE)}: {name}" for path in files for name in imports(path) if name.startswith(modules)
    ]


def test_no_room_and_no_node_knows_the_ledger_or_a_claim() -> None:
    assert importing(ROOMS, LEDGER) == []
    assert pipeline == "bongsu.core.pipeline"


def test_the_ledger_knows_no_room_and_no_warning() -> None:
    assert importing(("ledger",), FORBIDDEN) == []


def test_the_search_finds_what_it_looks_for() -> None:
    assert importing(("ledger",), ("bongsu.model.claim",))
    assert importing(("core",), ("bongsu.model.warning",))


def test_all_that_a_dispatch_of_a_launch_becomes_is_claims() -> None:
    book = packaged.book()
    text = DISPATCH.replace(
        "On July 12, a Hwasong-18 missile flew", "(URGENT) Take cover. On July 12, a Hwasong-18 missile flew"
    )
    (dispatch,) = dispatches.read(text.encode(), "d.txt")
    proposals = propose(book, dispatch, 0)
    settled = [i for i, one in enumerate(proposals) if one.sure]
    entries = confirmed(book, proposals, settled, "kim")
    assert entries and all(type(entry) is Claim for entry in entries)
