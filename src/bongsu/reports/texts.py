"""Texts of a report in all languages at once: a page shows one of them, a PDF holds one of them, and neither is a translation of the other.

A key stands in `words/review/`; what the console says already (statuses, positions, areas) is taken from there.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from bongsu.words.catalogue import LANGUAGES, catalogue

Say = Callable[..., str]
"""`say(key, **parameters)` in one language."""

_CATALOGUES = ("review", "console")


class Text(msgspec.Struct, frozen=True):
    """One text by language."""

    by: dict[str, str]

    def __getitem__(self, language: str) -> str:
        """In one language."""
        return self.by[language]

    @property
    def one(self) -> bool:
        """Whether it is the same in all."""
        return len(set(self.by.values())) == 1


def has(key: str) -> bool:
    """Whether the key is known."""
    return any(key in catalogue(name, "en") for name in _CATALOGUES)


def say(key: str, **parameters: Any) -> Text:
    """The text of a key; a parameter may be a `Text`, a number or a string."""
    return Text({language: _say(key, language, parameters) for language in LANGUAGES})


def plain(value: Any) -> Text:
    """What is the same in all languages: codes, figures, what others worded."""
    return Text(dict.fromkeys(LANGUAGES, str(value)))


def code(family: str, value: str) -> Text:
    """The word for a state; one that is newer than the catalogues is shown as it is."""
    return say(f"{family}.{value}") if has(f"{family}.{value}") else plain(value)


def join(texts: list[Text], between: str = ", ") -> Text:
    """Texts in a row."""
    return Text({language: between.join(text[language] for text in texts) for language in LANGUAGES})


def saying(language: str) -> Say:
    """`say` in one language, for a plot."""
    return lambda key, **parameters: _say(key, language, parameters)


def _say(key: str, language: str, parameters: dict[str, Any]) -> str:
    table = next((words for name in _CATALOGUES if key in (words := catalogue(name, language))), None)
    if table is None:
        raise KeyError(f"no catalogue of reports has {key!r}")
    given = {name: value[language] if isinstance(value, Text) else value for name, value in parameters.items()}
    return table[key].format(**given)


def figure(value: float | None, digits: int = 1) -> Text:
    """A number for a table; a dash where there is none."""
    return plain("–" if value is None else f"{value:,.{digits}f}")


def names(values: list[str]) -> Text:
    """Codes or ids in a row, or that there is none."""
    return plain(", ".join(values)) if values else say("value.none")
