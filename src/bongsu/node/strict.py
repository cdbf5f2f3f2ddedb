"""A node's files are strict TOML: read in one place, with one line for each way in which they may be wrong."""

import tomllib
from pathlib import Path
from typing import TypeVar

import msgspec

from bongsu.base.errors import BadInput


class Strict(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Every key is known and of its type."""


Table = TypeVar("Table", bound=Strict)


def read_toml(path: Path, kind: type[Table], remedy: str, unread: str) -> Table:
    """The file as a table of that kind. Raises `BadInput`, with `unread` as remedy where there is no such file, `remedy` where keys are wrong."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), kind)
    except OSError as error:
        raise BadInput(f"cannot be read ({(error.strerror or 'unknown').lower()})", unread, str(path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"not TOML ({error})", "correct the line", str(path)) from None
    except msgspec.ValidationError as error:
        raise BadInput(str(error).replace("Object contains", "it contains"), remedy, str(path)) from None
