"""Errors are of three kinds (DESIGN.md 3.3): ours (assert), theirs (children of `BongsuError` here), the world's (adapters retry, then `Health`).

Each error says what is wrong and the remedy, and carries its facts as attributes; the command line prints one line and exits with `exit_code`.
"""


class BongsuError(Exception):
    """Something outside this code is at fault: the user's input, a partner's bytes, a file. `fault` says what, `remedy` what to do."""

    exit_code = 2

    def __init__(self, fault: str, remedy: str, place: str = "") -> None:
        super().__init__(fault, remedy, place)
        self.fault = fault
        self.remedy = remedy
        self.place = place

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.fault}; {self.remedy}"


class BadValue(BongsuError):
    """One value is not of the form asked for; whoever knows the place raises `BadInput` from it."""


class BadInput(BongsuError):
    """A file, line, option or key is not acceptable; `place` names it (`file:line` or `file: path.of.key`)."""


class Busy(BongsuError):
    """A port or folder that is needed is taken by somebody else."""


class NotReady(BongsuError):
    """A part that must be up is not: a server that does not start, or one that is too old or not durable."""


class LoginFailed(BongsuError):
    """A log-in through a provider came to nothing; `reason` is a key into the page's catalogue."""

    def __init__(self, reason: str, fault: str) -> None:
        super().__init__(fault, "log in again, or ask whoever runs the provider")
        self.reason = reason


class WireError(BongsuError):
    """Bytes from a partner that are refused; `code` is the public reason sent back, `requirement` the number in the exchange reference."""

    def __init__(self, code: str, requirement: str, fault: str) -> None:
        super().__init__(fault, f"see requirement {requirement} of the exchange reference")
        self.code = code
        self.requirement = requirement


class RecordError(BongsuError):
    """A record that does not verify or cannot be read; `entry` is the number of the first bad entry."""

    exit_code = 1

    def __init__(self, fault: str, remedy: str, place: str = "", entry: int | None = None) -> None:
        super().__init__(fault, remedy, place)
        self.entry = entry
