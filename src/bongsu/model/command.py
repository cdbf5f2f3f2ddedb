"""Commands of operators, and what the desk makes of them."""

from bongsu.model.noun import Noun


class Command(Noun, frozen=True):
    """What `actor` asks in `role`. `about` is an event, warning, alert or statement id, `version` the one that the person saw. `arguments` depend on `kind`.

    Kinds: acknowledge, shown, retract, stance, split, merge, draft, sign, refuse, withdraw, release, withhold. `scripted` marks a drill's scripted operator.
    """

    command: str
    kind: str
    actor: str
    role: str
    about: str = ""
    version: int = 0
    arguments: dict[str, str] = {}  # noqa: RUF012 - msgspec copies the default
    console: str = ""
    scripted: bool = False


class Approved(Noun, frozen=True):
    """A command that the desk let pass: the only way in which a person changes anything."""

    command: Command
    time_ns: int
