"""`bongsu release waiting|grant|withhold`: what waits before it may leave, and a person's word on it; `check`: a policy held against the shipped one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from bongsu.cli.speaking import ADDRESS, ask, speaking

_REASON = click.option("--reason", default="", help="Why, in a sentence; it stands in the record.")


@click.command(epilog="\b\nExample:\n  bongsu release waiting --console http://127.0.0.1:8460")
@ADDRESS
@click.option("--all", "everything", is_flag=True, help="Also what has been decided.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def waiting(address: str, everything: bool, as_json: bool) -> None:
    """List what waits for its time or for a person before it may leave; with --all also what was decided, by whom and when."""
    from bongsu.cli.console_link import picture

    pieces = [one for name, one in picture(address).items() if name.startswith("waiting/")]
    chosen = sorted((one for one in pieces if everything or one["state"] == "waiting"), key=lambda one: str(one["due"]))
    if as_json:
        click.echo(json.dumps(chosen, ensure_ascii=False))
        return
    for one in chosen:
        click.echo(_line(one))
    if not chosen:
        click.echo("nothing waits", err=True)


def _line(one: dict[str, Any]) -> str:
    what = f"{one['kind']} {one['subject'] or one['item']}" + (f" v{one['version']}" if one["version"] else "")
    field = f", {one['field']}" if one["field"] else ""
    if one["state"] == "waiting":
        when = ("answer by " if one["action"] == "ask" else "leaves at ") + one["due"]
    else:
        by = f" by {one['by']} ({one['role']})" if one["by"] else ""
        note = f": {one['note']}" if one["note"] else ""
        when = f"{one['state']} {one['decided'] or ''}{by}{note}"
    return f"{one['pending']}  {what}{field} to {one['recipient']}, rule {one['rule']}: {when}"


@click.command(
    epilog="\b\nExample:\n  bongsu release grant kr-W1 --reason 'agreed by telephone' --console http://127.0.0.1:8460"
)
@click.argument("pending")
@_REASON
@speaking
def grant(pending: str, reason: str, role: str, actor: str | None, address: str) -> int:
    """Let go what waits; of a warning also its later versions."""
    return ask(address, "release", pending, 0, {"reason": reason}, actor, role)


@click.command(
    epilog="\b\nExample:\n  bongsu release withhold kr-W1 --reason 'not yet' --console http://127.0.0.1:8460"
)
@click.argument("pending")
@_REASON
@speaking
def withhold(pending: str, reason: str, role: str, actor: str | None, address: str) -> int:
    """Keep what waits, or what was let go, from here on; what has left is taken back by a retraction alone."""
    return ask(address, "withhold", pending, 0, {"reason": reason}, actor, role)


@click.command(epilog="\b\nExample:\n  bongsu release check national.toml")
@click.argument("policy", type=click.Path(path_type=Path))
@click.option(
    "--circle", "circles", multiple=True, default=("trilateral",), show_default=True, help="A circle that both are in."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def check(policy: Path, circles: tuple[str, ...], as_json: bool) -> int:
    """Hold a nation's policy against the shipped one: what it tells less or more, by which rule. Exit 1 where no named rule with a reason says so."""
    import msgspec

    from bongsu.cli.release import read_policy
    from bongsu.core.exchange.lint import check as compare
    from bongsu.core.exchange.policy import shipped

    checked = compare(read_policy(policy).rules, shipped().rules, circles)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(checked)))
        return 1 if checked.faults else 0
    for one in checked.differences:
        what = (
            f"{one.recipient}: {one.kind}"
            + (f".{one.field}" if one.field else "")
            + (f" in {one.mode}" if one.mode else "")
        )
        how = "tighter" if one.tighter else "wider"
        by = f" by {one.rule}" if one.rule else ""
        click.echo(
            f"{what}: {one.national}{by}, {how} than {one.shipped}" + (f"  FAULT: {one.fault}" if one.fault else "")
        )
    for name in checked.silent:
        click.echo(f"rule {name} decides nothing: others that say more, or are stricter, always speak before it")
    if not checked.differences:
        click.echo("as shipped")
    return 1 if checked.faults else 0
