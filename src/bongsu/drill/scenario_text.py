"""A scenario's tables as TOML text: what `bongsu record to-scenario` writes."""

import json
from datetime import datetime
from typing import Any


def text_of(tables: dict[str, Any], remarks: list[str]) -> str:
    """Plain values first, then each table and list of tables in the order given; `remarks` stand at the head."""
    plain = [f"{key} = {_value(value)}" for key, value in tables.items() if not _is_table(value)]
    parts = ["\n".join([*(f"# {remark}" for remark in remarks), *plain])]
    for key, value in tables.items():
        if isinstance(value, dict):
            parts.append(_rows(f"[{key}]", value))
        elif _is_table(value):
            parts += [_rows(f"[[{key}]]", row) for row in value]
    return "\n\n".join(parts) + "\n"


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _rows(head: str, row: dict[str, Any]) -> str:
    return "\n".join([head, *(f"{key} = {_value(value)}" for key, value in row.items() if value is not None)])


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items() if one is not None) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    # TOML's basic strings and numbers are those of JSON, but for control characters, which no text here has.
    return json.dumps(value, ensure_ascii=False)
