"""What scripted persons have in common: how a reaction is entered, and the command that a person gives at the node's console."""

from collections.abc import Callable

from bongsu.model.command import Command

Make = Callable[[], Command | None]
"""Makes the command when it is due; None: there is nothing to do any more."""

Add = Callable[[int, Make, str], None]
"""Enters what a person does at a time; the name says who."""


def command(
    node: str,
    name: str,
    kind: str,
    who: tuple[str, str],
    about: str,
    version: int = 0,
    arguments: dict[str, str] | None = None,
) -> Command:
    """The command `name` of a scripted person (`who`: name and role) at the node's console."""
    return Command(
        command=name,
        kind=kind,
        actor=who[0],
        role=who[1],
        about=about,
        version=version,
        arguments=arguments or {},
        console=f"{node}-console",
        scripted=True,
    )
