"""The page docs/reference/scenario.md, written from the types, so that it cannot differ from what is read."""

import inspect as python
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from msgspec import NODEFAULT, inspect

from bongsu.drill import expectations, scenario_schema
from bongsu.drill.scenario import Scenario, load, names

_INTRODUCTION = """# Scenario files

A scenario is a TOML file: who takes part, what flies, who sees it, what happens, what is expected. Reading is strict: an
unknown key, one without its unit, a wrong type or an impossible value is refused in one line with file and path, and
exit code 2. Units stand last in each key. `_s` counts from the scenario's start unless a line says otherwise. Sensors
are invented: ships and satellites on whole degrees with round figures, named `kr-ship-1` or `us-sat-1`.

`bongsu scenario check FILE` reads a file and solves its flights; `bongsu scenario export NAME` writes the plots.
A truth that does not come out within 1 % of apogee and range, or whose bearing from launch to impact is more than
3 degrees off the asked one, is refused.

"""

_FORMS = {
    None: "text",
    scenario_schema.CODE_FORM: "a partner's code, such as `kr`",
    scenario_schema.NAME_FORM: "a name: letters, digits, `-` and `_`",
    scenario_schema.ADDRESS_FORM: "an address, `https://...`",
}


class Table(NamedTuple):
    """A heading of the page: how the table is written in a file, and the type that it is read as."""

    title: str
    kind: type[msgspec.Struct]


def page() -> str:
    """The whole page in Markdown."""
    parts = [_INTRODUCTION, "## Packaged scenarios\n\n| name | teaches |\n| --- | --- |\n"]
    parts += [f"| `{drill.name}` | {drill.teaches} |\n" for drill in map(load, names())]
    for table in tables():
        parts.append(f"\n## {table.title}\n\n{_first(table.kind)}\n\n| key | value | default |\n| --- | --- | --- |\n")
        parts += [f"| `{key}` | {value} | {default} |\n" for key, value, default in rows(table.kind)]
    return "".join(parts)


def tables() -> Iterator[Table]:
    """Every table of a scenario file, in the order of the page."""
    yield Table("The file", Scenario)
    yield Table("[[partners]]", scenario_schema.Partner)
    yield Table("[hub]", scenario_schema.Hub)
    yield Table("[[links]]", scenario_schema.Link)
    yield Table("[[sensors]]", scenario_schema.SensorPlan)
    yield Table("[[launches]]", scenario_schema.Launch)
    yield Table("[launches.pull_up]", scenario_schema.PullUpPlan)
    yield Table("[launches.break_up]", scenario_schema.BreakUpPlan)
    yield Table("[launches.orbit]", scenario_schema.OrbitPlan)
    yield Table("[[launches.zones]]", scenario_schema.Zone)
    yield Table("[[launches.reported]]", scenario_schema.Reported)
    yield Table("[[false_alarms]]", scenario_schema.FalseAlarm)
    yield Table("[[operators]]", scenario_schema.Operator)
    for kind in scenario_schema.Action.__args__:
        yield Table(f"Action of an operator: {_tag(kind)}", kind)
    for kind in scenario_schema.Inject.__args__:
        yield Table(f"[[injects]] with {_tag(kind)}", kind)
    for kind in scenario_schema.Control.__args__:
        yield Table(f"[[control]] with {_tag(kind)}", kind)
    yield Table("[[objectives]]", scenario_schema.Objective)
    yield Table("[[msel]]", scenario_schema.MselEntry)
    yield Table("[[captions]]", scenario_schema.Caption)
    yield Table("[[pace]]", scenario_schema.Pace)
    for kind in expectations.Expectation.__args__:
        yield Table(f"[[expectations]] with {_tag(kind)}", kind)


def rows(kind: type[msgspec.Struct]) -> Iterator[tuple[str, str, str]]:
    """Key, what may stand there, and default of each key of a table."""
    described = inspect.type_info(kind)
    assert isinstance(described, inspect.StructType)
    for field in described.fields:
        default = "required" if field.required else f"`{_plain(field.default)}`"
        yield field.name, _told(field.type), "none" if default == "`None`" else default


def _plain(default: Any) -> str:
    if default is NODEFAULT or default == ():
        return "[]"
    return f'"{default}"' if isinstance(default, str) else str(default).lower() if default is not None else "None"


def _tag(kind: type[msgspec.Struct]) -> str:
    config = kind.__struct_config__
    return f'{config.tag_field} = "{config.tag}"'


def _first(kind: type[msgspec.Struct]) -> str:
    return " ".join((python.getdoc(kind) or "").split())


def _told(kind: inspect.Type) -> str:
    """A type in words."""
    match kind:
        case inspect.UnionType(types=types):
            return " or ".join(dict.fromkeys(_told(one) for one in types if not isinstance(one, inspect.NoneType)))
        case inspect.VarTupleType(item_type=item):
            return "tables" if _told(item) == "table" else f"list of {_told(item)}"
        case inspect.LiteralType(values=values):
            return ", ".join(f'`"{value}"`' for value in values)
        case inspect.StructType():
            return "table"
        case inspect.DateTimeType():
            return "time with offset, such as 2026-05-01T03:00:00Z"
        case inspect.StrType(pattern=pattern):
            return _FORMS[pattern]
        case inspect.BoolType():
            return "true or false"
        case inspect.FloatType() | inspect.IntType():
            return " ".join(["number" if isinstance(kind, inspect.FloatType) else "whole number", *_bounds(kind)])
    raise AssertionError(f"no words for {kind}")


def _bounds(kind: inspect.FloatType | inspect.IntType) -> list[str]:
    limits = (("over", kind.gt), ("from", kind.ge), ("up to", kind.le), ("below", kind.lt))
    return [f"{word} {limit:g}" for word, limit in limits if limit is not None]
