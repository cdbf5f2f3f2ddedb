"""The argument that names a record: a node's folder, a file of an epoch that was set aside, or a server's address."""

from __future__ import annotations

from pathlib import Path

import click

SERVER = ("postgresql:", "postgresql+")


class RecordPlace(click.ParamType[str | Path]):
    """Gives a path, or the address as text."""

    name = "record"

    def convert(self, value: str | Path, param: click.Parameter | None, ctx: click.Context | None) -> str | Path:
        """An address as it is; a path must exist."""
        if isinstance(value, str) and value.startswith(SERVER):
            return value
        path = Path(value)
        if not path.exists():
            self.fail(f"{str(value)!r} does not exist: give one node's folder, or a server's address", param, ctx)
        return path


def shown(where: str | Path) -> str:
    """A record's name for people: an address without its password."""
    from bongsu.adapters.store.places import bare

    return bare(where) if isinstance(where, str) else str(where)
