"""Documents: links resolve, every page can be reached, and every command that one names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.tidy.tree import ROOT, project_files

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:^|`|\$ )bongsu ([a-z][a-z-]*)", re.MULTILINE)
ROOT_PAGES = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")


def pages() -> list[Path]:
    """All Markdown of the project."""
    return [path for path in project_files() if path.suffix == ".md"]


def anchors(text: str) -> set[str]:
    """The anchors that the headings of a page make."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


def local_links(page: Path) -> list[tuple[str, Path, str]]:
    """Link, the file it leads to and the anchor in it, for each link of a page that stays within the project."""
    links = LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8")))
    local = [link for link in links if not re.match(r"[a-z]+:", link)]
    return [
        (link, (page.parent / name).resolve() if name else page, anchor)
        for link in local
        for name, _, anchor in [link.partition("#")]
    ]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = [
        link
        for link, path, anchor in local_links(page)
        if not path.exists() or (anchor and anchor not in anchors(path.read_text(encoding="utf-8")))
    ]
    assert not broken


def test_every_page_of_docs_can_be_reached() -> None:
    seen: set[Path] = set()
    ahead = [ROOT / name for name in ROOT_PAGES] + [ROOT / "docs" / "index.md"]
    while ahead:
        page = ahead.pop()
        if page not in seen:
            seen.add(page)
            ahead += [path for _, path, _ in local_links(page) if path.suffix == ".md" and path.exists()]
    unreached = [str(page.relative_to(ROOT)) for page in pages() if ROOT / "docs" in page.parents and page not in seen]
    assert not unreached, f"link these from docs/index.md: {unreached}"


def test_commands_named_in_documents_exist() -> None:
    from bongsu.cli.main import COMMANDS

    named = {
        (name, str(page.relative_to(ROOT)))
        for page in pages()
        for name in COMMAND.findall(page.read_text(encoding="utf-8"))
        if page.name not in {"DESIGN.md", "CHANGELOG.md"}
    }
    assert sorted(name for name in named if name[0] not in COMMANDS) == []
