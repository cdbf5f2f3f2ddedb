"""`bongsu consult`: the consultation of a launch from the command line: who says what, stances, and joint statements to their bulletin."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bongsu.base.errors import BadInput
from bongsu.cli.record_place import RecordPlace, shown
from bongsu.cli.speaking import ADDRESS, ask, speaking

if TYPE_CHECKING:
    from bongsu.model.configuration import Configuration
    from bongsu.model.head import Item
    from bongsu.model.register import Register
    from bongsu.model.statement import JointStatement

_PLACE = RecordPlace()
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group(epilog="\b\nExample:\n  bongsu consult list --console http://127.0.0.1:8460")
def consult() -> None:
    """Consult on a launch: who says what, who concurs, and a joint statement that every member signs."""


@consult.command("list", epilog="\b\nExample:\n  bongsu consult list --console http://127.0.0.1:8460")
@ADDRESS
@_JSON
def list_(address: str, as_json: bool) -> None:
    """List the consultations and statements of a running node: circles, who was called, who answered what and when."""
    from bongsu.cli.console_link import picture

    pieces = picture(address)
    events = {name.partition("/")[2]: one for name, one in pieces.items() if name.startswith("events/")}
    statements = [one for name, one in pieces.items() if name.startswith("statements/")]
    if as_json:
        told = [{"event": name, "consultations": one["consultations"]} for name, one in events.items()]
        click.echo(json.dumps({"events": told, "statements": statements}, ensure_ascii=False))
        return
    for name, event in events.items():
        for one in event["consultations"]:
            called = ", ".join(member.upper() for member in one["members"])
            click.echo(f"{name}  {one['circle']}: opened {one['opened']}, called {called}")
            for stance in one["stances"]:
                fields = f" in {', '.join(stance['fields'])}" if stance["fields"] else ""
                reason = f": {stance['reason']}" if stance["reason"] else ""
                click.echo(
                    f"  {stance['partner'].upper()} on {stance['about'].upper()}: {stance['position']}{fields}{reason}"
                )
    for one in statements:
        click.echo(_line(one))


@consult.command(epilog="\b\nExample:\n  bongsu consult register runs/salvo-1/record/kr --event kr-E1")
@click.argument("folder", metavar="DIR", type=_PLACE)
@click.option("--event", default="", help="One event; all of the record by default.")
@click.option("--history", is_flag=True, help="Every claim as it was made, not the newest of each nation alone.")
@_JSON
def register(folder: Path | str, event: str, history: bool, as_json: bool) -> None:
    """Print the disagreement register of a record: each figure's claims by nation, and by how much the reporters differ."""
    import msgspec

    registers = _registers(folder)
    chosen = {name: versions for name, versions in registers.items() if event in ("", name)}
    if not chosen:
        raise BadInput(
            f"no register of {event or 'any event'}", f"known are: {', '.join(registers) or 'none'}", shown(folder)
        )
    if as_json:
        kept = {name: versions if history else versions[-1:] for name, versions in chosen.items()}
        click.echo(json.dumps(msgspec.to_builtins(kept)))
        return
    for name, versions in chosen.items():
        click.echo(f"{name}, version {versions[-1].version}")
        for line in _table(versions, history):
            click.echo(f"  {line}")


@consult.command(
    epilog="\b\nExample:\n  bongsu consult stance kr-E1 --on jp --differ range,apogee --reason 'our radar says less'"
    " --console http://127.0.0.1:8460"
)
@click.argument("event")
@click.option("--on", "origin", required=True, help="Whose warning it is about.")
@click.option("--concur", is_flag=True, help="Agree with it.")
@click.option("--differ", default="", metavar="FIELDS", help="Differ in these figures, such as range,apogee.")
@click.option("--reason", default="", help="Why, in a sentence.")
@speaking
def stance(
    event: str, origin: str, concur: bool, differ: str, reason: str, address: str, actor: str | None, role: str
) -> int:
    """Say in each circle of the event whether this nation concurs with another's warning."""
    if concur == bool(differ):
        raise BadInput("neither or both of --concur and --differ", "give one of them", "--concur")
    arguments = {
        "origin": origin,
        "position": "concur" if concur else "differ",
        "fields": differ,
        "reason": reason,
    }
    return ask(address, "stance", event, 0, arguments, actor, role)


@consult.command(
    epilog="\b\nExample:\n  bongsu consult draft kr-E1 --circle trilateral --console http://127.0.0.1:8460"
)
@click.argument("event")
@click.option("--circle", required=True, help="Whose statement it is to be.")
@click.option("--note", default="", help="A paragraph of your own, at most 400 characters.")
@click.option("--revises", default="", metavar="STATEMENT", help="Make a new version of this statement of ours.")
@speaking
def draft(event: str, circle: str, note: str, revises: str, address: str, actor: str | None, role: str) -> int:
    """Draft a joint statement from the figures on which the circle's members agree; every member of it gets the draft."""
    return ask(address, "draft", event, 0, {"circle": circle, "note": note, "revises": revises}, actor, role)


@consult.command(epilog="\b\nExample:\n  bongsu consult show kr-S1 --console http://127.0.0.1:8460 --language ko")
@click.argument("statement")
@ADDRESS
@click.option("--language", type=click.Choice(["en", "ko", "ja"]), default="en", show_default=True, help="Of the text.")
@_JSON
def show(statement: str, address: str, language: str, as_json: bool) -> None:
    """Print a statement: its exact text and digest, who has signed or refused, who is missing."""
    one = _statement(address, statement)
    click.echo(json.dumps(one, ensure_ascii=False) if as_json else _full(one, language))


@consult.command(epilog="\b\nExample:\n  bongsu consult sign kr-S1 --console http://127.0.0.1:8460")
@click.argument("statement")
@click.option(
    "--digest", default="", metavar="HEX", help="The text that was read (see show); asked on the screen without it."
)
@speaking
def sign(statement: str, digest: str, address: str, actor: str | None, role: str) -> int:
    """Sign a statement's exact text for this nation."""
    one = _statement(address, statement)
    if not digest:
        click.echo(_full(one, "en"))
        click.confirm("Sign exactly this text, in all its languages", abort=True)
        digest = one["digest"]
    arguments = {"circle": one["circle"], "digest": digest}
    return ask(address, "sign", statement, one["version"], arguments, actor, role)


@consult.command(
    epilog="\b\nExample:\n  bongsu consult refuse kr-S1 --reason 'not our reading' --console http://127.0.0.1:8460"
)
@click.argument("statement")
@click.option("--reason", required=True, help="Why; every member sees it.")
@speaking
def refuse(statement: str, reason: str, address: str, actor: str | None, role: str) -> int:
    """Refuse to sign a statement as it stands; a later signature takes the refusal's place."""
    one = _statement(address, statement)
    arguments = {"circle": one["circle"], "digest": one["digest"], "reason": reason}
    return ask(address, "refuse", statement, one["version"], arguments, actor, role)


@consult.command(epilog="\b\nExample:\n  bongsu consult withdraw kr-S1 --console http://127.0.0.1:8460")
@click.argument("statement")
@speaking
def withdraw(statement: str, address: str, actor: str | None, role: str) -> int:
    """Take back a draft of ours that is not adopted; an adopted one is revised instead."""
    return ask(address, "withdraw", statement, _statement(address, statement)["version"], {}, actor, role)


@consult.command(
    epilog="\b\nExample:\n  bongsu consult bulletin runs/salvo-1/record/kr kr-S1\n"
    "  bongsu consult bulletin runs/salvo-1/record/kr kr-S1 --language ja --to file"
)
@click.argument("folder", metavar="DIR", type=_PLACE)
@click.argument("statement")
@click.option(
    "--language", type=click.Choice(["en", "ko", "ja"]), default="en", show_default=True, help="Of the bulletin."
)
@click.option("--to", "recipient", type=click.Choice(["public", "file"]), default="public", show_default=True,
              help="The exit: asked of the node's own release policy.")  # fmt: skip
def bulletin(folder: Path | str, statement: str, language: str, recipient: str) -> int:
    """Print an adopted statement of a record as a dispatch, if the node's policy lets it out; exit 1 where it does not."""
    from bongsu.core.exchange.gate import Gate, question
    from bongsu.words.bulletin import bulletin as write

    configuration, item = _adopted(folder, statement)
    answer = Gate(configuration).ask(question(item, recipient), item.head.receipt_ns)
    if answer.members is None:
        click.echo(f"not released to {recipient}: {'; '.join(answer.decision.reasons)}", err=True)
        return 1
    joint = item.body
    circle = next((one for one in configuration.circles if one.circle == joint.statement.circle), None)
    click.echo(write(joint, circle, configuration.mode, configuration.exercise, language), nl=False)
    return 0


def _statement(address: str, statement: str) -> dict[str, Any]:
    from bongsu.cli.console_link import picture

    pieces = picture(address)
    known: dict[str, Any] | None = pieces.get(f"statements/{statement}")
    if known is None:
        names = [name.partition("/")[2] for name in pieces if name.startswith("statements/")]
        raise BadInput(f"no statement {statement!r} there", f"known are: {', '.join(names) or 'none'}", address)
    return known


def _line(one: dict[str, Any]) -> str:
    state = f"adopted {one['adopted']}" if one["adopted"] else one["status"]
    missing = f", missing {', '.join(member.upper() for member in one['missing'])}" if one["missing"] else ""
    return f"{one['statement']}  version {one['version']}  {one['circle']}  {state}{missing}"


def _full(one: dict[str, Any], language: str) -> str:
    votes = [
        f"{vote['partner'].upper()} {vote['vote']} {vote['time']}" + (f": {vote['reason']}" if vote["reason"] else "")
        for vote in one["votes"]
    ]
    return "\n".join([_line(one), f"digest {one['digest']}", "", one["texts"][language], "", *votes])


def _registers(folder: Path | str) -> dict[str, list[Register]]:
    from bongsu.adapters.store import RecordReader
    from bongsu.model.noun import tag_of
    from bongsu.model.register import Register
    from bongsu.record.entry import body_of

    found: dict[str, list[Register]] = {}
    with RecordReader(folder) as reader:
        for entry in reader.entries():
            if entry.type == tag_of("Register") and isinstance(body := body_of(entry), Register):
                found.setdefault(body.event, []).append(body)
    return found


def _table(versions: list[Register], history: bool) -> list[str]:
    """One line a claim and one a figure."""
    from bongsu.base.time import format_time
    from bongsu.words.figures import in_words, spread_in_words

    newest = versions[-1]
    claims = list(newest.claims)
    if history:
        claims = list({claim.id: claim for version in versions for claim in version.claims}.values())
    lines: list[str] = []
    for figure in newest.figures:
        verdict = "agreed" if figure.agreed else "one reporter" if len(figure.reporters) == 1 else "reporters differ"
        lines.append(f"{figure.field}: {verdict}, by {spread_in_words(figure.field, figure.spread)}")
        for claim in claims:
            if claim.field == figure.field:
                said = f", said {format_time(claim.said_ns, 0)}"
                lines.append(f"  {claim.reporter.upper():4} about {in_words(claim.field, claim.value)}{said}")
    return lines


def _adopted(folder: Path | str, statement: str) -> tuple[Configuration, Item[JointStatement]]:
    """The node's configuration and the newest adopted version of a statement in its record."""
    from bongsu.adapters.store import RecordReader
    from bongsu.model.configuration import Configuration
    from bongsu.model.noun import tag_of
    from bongsu.model.statement import JointStatement
    from bongsu.record.entry import body_of, item_of

    wanted = (tag_of("Configuration"), tag_of("JointStatement"))
    configuration: Configuration | None = None
    newest: Item[Any] | None = None
    known: dict[str, None] = {}
    with RecordReader(folder) as reader:
        for entry in reader.entries():
            body = body_of(entry) if entry.type in wanted else None
            if isinstance(body, Configuration):
                configuration = body
            elif isinstance(body, JointStatement):
                known[body.statement.statement] = None
                if body.statement.statement == statement and body.adopted_ns is not None:
                    newest = item_of(entry)
    if statement not in known:
        raise BadInput(
            f"no statement {statement!r} in this record", f"known are: {', '.join(known) or 'none'}", shown(folder)
        )
    if newest is None or configuration is None:
        raise BadInput(f"{statement} is not adopted", "wait until every member has signed", shown(folder))
    return configuration, newest
