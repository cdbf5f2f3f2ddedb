"""Who may see and command: sessions of persons with an account, or, in a drill on this machine, the drill's own account.

A session is a random token in a cookie that scripts cannot read and other sites cannot send (HttpOnly, SameSite=Strict; Secure under TLS); only its
hash is held here. It ends after SESSION_IDLE_S without a command, after SESSION_S at the latest, at log-out, and when the account is gone.
"""

import hashlib
import secrets
from collections import deque
from collections.abc import Callable

import msgspec

from bongsu.base.limits import (
    LOGIN_FAILURES_COUNT,
    LOGIN_RATE_COUNT,
    LOGIN_WINDOW_S,
    SESSION_IDLE_S,
    SESSION_S,
    SESSIONS_COUNT,
)
from bongsu.console.ports import Accounts

COOKIE = "bongsu-session"
DRILL_PERSON = "drill-officer"
"""Who commands at a console without accounts: only where nothing is real, and said so on the page."""


class Person(msgspec.Struct, frozen=True):
    """Who asks. `free_name`: the drill's account, where the page may name the player."""

    name: str
    roles: tuple[str, ...]
    free_name: bool = False


class _Session(msgspec.Struct):
    name: str
    begun_s: float
    used_s: float


class Sessions:
    """The open sessions. `clock` tells monotonic seconds."""

    def __init__(self, accounts: Accounts, clock: Callable[[], float]) -> None:
        self._accounts = accounts
        self._clock = clock
        self._open: dict[bytes, _Session] = {}

    def begin(self, name: str) -> str:
        """Open a session for a person who has proved to be it; the token is for its cookie alone. Beyond the bound the longest unused one ends."""
        token = secrets.token_urlsafe(32)
        now_s = self._clock()
        self._open[_hash(token)] = _Session(name, now_s, now_s)
        if len(self._open) > SESSIONS_COUNT:
            del self._open[min(self._open, key=lambda key: self._open[key].used_s)]
        return token

    def person(self, token: str | None, acts: bool = False) -> Person | None:
        """Whose session this is; None where it is none, or over. `acts`: a person has done something, a stream alone does not keep it open."""
        session = self._open.get(_hash(token)) if token else None
        if session is None:
            return None
        now_s = self._clock()
        roles = self._accounts.roles(session.name)
        if roles is None or now_s - session.begun_s > SESSION_S or now_s - session.used_s > SESSION_IDLE_S:
            self.end(token)
            return None
        if acts:
            session.used_s = now_s
        return Person(session.name, roles)

    def end(self, token: str | None) -> None:
        """End a session."""
        if token:
            self._open.pop(_hash(token), None)


class Attempts:
    """Holds guessing down: some failures a name, and some log-ins in all, in a window of time."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures: dict[str, deque[float]] = {}
        self._all: deque[float] = deque()

    def wait_s(self, name: str) -> float:
        """Seconds until this name may try again; 0 for now."""
        now_s = self._clock()
        waits = [0.0]
        for times, most in ((self._failures.get(name), LOGIN_FAILURES_COUNT), (self._all, LOGIN_RATE_COUNT)):
            while times and now_s - times[0] > LOGIN_WINDOW_S:
                times.popleft()
            if times and len(times) >= most:
                waits.append(times[0] + LOGIN_WINDOW_S - now_s)
        return max(waits)

    def note(self, name: str, good: bool) -> None:
        """A try was made."""
        now_s = self._clock()
        self._all.append(now_s)
        if good:
            self._failures.pop(name, None)
            return
        self._failures.setdefault(name, deque()).append(now_s)
        if len(self._failures) > SESSIONS_COUNT:
            del self._failures[next(iter(self._failures))]


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class Doorman:
    """Tells for each request who asks. Without `sessions` everybody on this machine is the drill's account, with all roles."""

    def __init__(self, sessions: Sessions | None, secure: bool = False) -> None:
        self.sessions = sessions
        self.secure = secure

    def person(self, cookies: dict[str, str], acts: bool = False) -> Person | None:
        """The person, or None: the page must ask for a log-in."""
        if self.sessions is None:
            return Person(DRILL_PERSON, (), free_name=True)
        return self.sessions.person(cookies.get(COOKIE), acts)
