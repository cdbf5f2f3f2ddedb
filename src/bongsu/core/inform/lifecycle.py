"""The life cycle of a warning, as one table."""

from bongsu.model.warning import WarningStatus as S

_LIVE = frozenset({S.UPDATE, S.LOST, S.PASSED, S.IMPACTED, S.SUPERSEDED, S.RETRACTED})

MOVES: dict[S | None, frozenset[S]] = {
    None: frozenset({S.INITIAL}),
    S.INITIAL: _LIVE,
    S.UPDATE: _LIVE,
    S.LOST: _LIVE,
    S.PASSED: frozenset({S.RETRACTED}),
    S.IMPACTED: frozenset({S.RETRACTED}),
    S.SUPERSEDED: frozenset({S.RETRACTED}),
    S.RETRACTED: frozenset(),
}
"""From each status (None: not yet issued) to those that may follow. A retraction may follow anything and nothing follows it."""

OPEN = frozenset({S.INITIAL, S.UPDATE, S.LOST})
"""Statuses of a warning whose object may still be on its way."""


def may_follow(status: S | None, following: S) -> bool:
    """Whether the move is in the table."""
    return following in MOVES[status]
