"""A news dispatch as read: what its form says, and what its body names. What could not be read is None, and told as "unknown"."""

from __future__ import annotations

from typing import NamedTuple

UNKNOWN = "unknown"


class Revision(NamedTuple):
    """`(2nd LEAD)` is mark `LEAD`, number 2; without a mark both are None. `changes` are the notes of an `(ATTN: ...)` line."""

    mark: str | None
    number: int | None
    changes: tuple[str, ...] = ()


class Dateline(NamedTuple):
    """Place, agency and local day; the year may stand elsewhere, and then `day` is complete only if it was found there."""

    place: str
    agency: str
    month_day: tuple[int, int] | None
    day: str | None


class Dispatch(NamedTuple):
    """One dispatch. `body` and `boilerplate` are paragraphs; the end mark divides them."""

    form: str
    slug: str | None
    headline: str | None
    revision: Revision
    dateline: Dateline | None
    byline: tuple[str, ...]
    issued_ns: int | None
    body: tuple[str, ...]
    end_mark: str | None
    boilerplate: tuple[str, ...]
    source: str


class When(NamedTuple):
    """A date as the text gives it, and what it is: `YYYY-MM-DD`, `YYYY-MM`, `YYYY` or None, with the reason or the rule; `at` is where it stands."""

    text: str
    day: str | None
    how: str
    at: int = 0


class Named(NamedTuple):
    """A launch or a meeting that a sentence of the body names; `number` is how many it counts, None: it does not say.

    `follows`: sentences after it that go on about this launch alone ("It flew ...").
    """

    kind: str
    what: str
    number: int | None
    when: tuple[When, ...]
    sentence: str
    follows: tuple[str, ...] = ()
