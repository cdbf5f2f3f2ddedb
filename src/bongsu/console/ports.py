"""What the pages ask of the node (or drill) that they show. Everything here is called on the thread of the pages' event loop."""

from collections.abc import AsyncIterator
from typing import Any, Protocol

from bongsu.model.command import Approved, Command
from bongsu.model.head import Now
from bongsu.model.refusal import Refusal
from bongsu.views.shape import PictureView

Outcome = Approved | Refusal
"""What the desk made of a command."""


class PictureSource(Protocol):
    """One nation's picture, which another thread keeps up to date."""

    def view(self) -> PictureView:
        """The picture as it stands."""
        ...

    def now(self) -> Now:
        """The node's clocks at this moment (not those of the newest item: the difference is how long the core has been silent)."""
        ...

    def changes(self) -> AsyncIterator[None]:
        """Yields soon after the picture has changed; changes that come while nobody waits are joined into one. Ends with the node."""
        ...


class PastSource(Protocol):
    """What the picture was."""

    def reach(self) -> tuple[int, int] | None:
        """The first and the newest moment that can be shown (exercise time); None while nothing has been said."""
        ...

    def past(self, exercise_ns: int) -> PictureView:
        """The picture as it stood then. May be slow: it is called off the event loop."""
        ...


class Source(PictureSource, PastSource, Protocol):
    """One nation's picture, now and then."""


class Accounts(Protocol):
    """Who may log in, and what each may do."""

    def roles(self, name: str) -> tuple[str, ...] | None:
        """The roles of a person now; None for one that there is not."""
        ...

    def check(self, name: str, password: str) -> tuple[str, ...] | None:
        """The roles of a person who knows the password, else None. Slow on purpose: it is called off the event loop."""
        ...


class Begun(Protocol):
    """A log-in through a provider that is under way."""

    @property
    def address(self) -> str:
        """Where the person's browser goes."""
        ...

    @property
    def state(self) -> str:
        """What the provider sends back with it."""
        ...


class Provider(Protocol):
    """A nation's own provider of identities. Both raise `LoginFailed`."""

    async def begin(self, back: str) -> Begun:
        """Begin a log-in that comes back to the address `back`."""
        ...

    async def finish(self, pending: Any, code: str) -> str:
        """The name for which the provider vouches; `pending` is what `begin` gave."""
        ...


class CommandPort(Protocol):
    """The way to the desk."""

    async def submit(self, command: Command) -> Outcome:
        """Enter the command and wait for what the desk makes of it."""
        ...

    def note(self, refusal: Refusal) -> None:
        """Enter what was refused before it reached the desk, for the record."""
        ...
