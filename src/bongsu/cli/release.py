"""`bongsu release`: what a nation's policy lets out, and why."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bongsu.base.errors import BadInput, BadValue
from bongsu.base.ids import check_code
from bongsu.cli.record_place import RecordPlace, shown
from bongsu.cli.release_waiting import check, grant, waiting, withhold
from bongsu.model.label import RANKS

if TYPE_CHECKING:
    from bongsu.core.exchange.explain import Verdict
    from bongsu.core.exchange.gate import Answer
    from bongsu.core.exchange.policy import Policy
    from bongsu.model.configuration import Rule
    from bongsu.views.takebacks import TakeBackView

_MODES = ("real", "exercise", "replay", "simulation", "test")


@click.group(epilog="\b\nExample:\n  bongsu release explain --help")
def release() -> None:
    """A nation's release policy: what it lets out and why, and what waits for a person."""


for _command in (waiting, grant, withhold, check):
    release.add_command(_command)


@release.command(
    epilog="\b\nExample:\n  bongsu release explain --recipient jp --kind warning\n"
    "  bongsu release explain --recipient public --kind alert_document\n"
    "  bongsu release explain --recipient review --kind path --mode exercise --onward review,file\n"
    "  bongsu release explain --recipient jp --kind warning --item warning.json --json\n"
    "  bongsu release explain --recipient jp --kind warning --marking NATIONAL\n"
    "  bongsu release explain --recipient file --record runs/salvo-1/record/kr --id kr-17"
)
@click.option("--policy", type=click.Path(path_type=Path), help="A policy file (TOML); the shipped one by default.")
@click.option("--recipient", required=True, help="A partner's code, or another exit: file, public, review, tak.")
@click.option("--kind", help="What would leave: warning, path, stance, alert, scan, ...")
@click.option(
    "--circle", "circles", multiple=True, default=("trilateral",), show_default=True, help="A circle that both are in."
)
@click.option("--mode", type=click.Choice(_MODES), default="real", show_default=True, help="The node's mode.")
@click.option("--onward", help="Ask of a partner's item that it lets be passed on to these, such as review,file.")
@click.option("--marking", type=click.Choice(tuple(RANKS)), help="Ask of an item that is so marked.")
@click.option(
    "--item", type=click.Path(path_type=Path), help="A JSON object with the item's members; it need not exist."
)
@click.option("--record", type=RecordPlace(), help="One node's record folder: its own policy and items.")
@click.option("--id", "item_id", help="With --record: the item.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def explain(
    policy: Path | None,
    recipient: str,
    kind: str | None,
    circles: tuple[str, ...],
    mode: str,
    onward: str | None,
    marking: str | None,
    item: Path | None,
    record: Path | str | None,
    item_id: str | None,
    as_json: bool,
) -> None:
    """Say for a kind and each of its fields whether it would leave for a recipient, by which rule, and which rules were overruled.

    With an item (--item, or --record and --id) also in which form.
    """
    from bongsu.core.exchange.exits import EXITS, kinds
    from bongsu.core.exchange.explain import explain as explain_rules
    from bongsu.core.exchange.explain import hypothetical
    from bongsu.model.mode import Mode

    if recipient not in EXITS:
        _check_partner(recipient)
    answer: Answer | None = None
    if record is not None:
        rules, circles, mode, kind, answer = _of_record(record, item_id, recipient)
    else:
        national = read_policy(policy)
        rules = national.rules
    if kind not in kinds():
        fault = "which kind?" if kind is None else f"no kind {kind!r}"
        raise BadInput(fault, f"use one of {', '.join(kinds())}", "--kind")
    among = () if recipient in EXITS else circles
    consent = None if onward is None else tuple(name for name in onward.split(",") if name)
    if record is None and (item is not None or consent is not None or marking is not None):
        members = {} if item is None else _members(item)
        try:
            answer = hypothetical(national, recipient, among, Mode(mode), kind, members, consent, marking or "")
        except BadValue as error:
            raise BadInput(error.fault, error.remedy, str(item)) from None
    verdicts = explain_rules(rules, recipient, among, kind, mode)
    if as_json:
        click.echo(json.dumps(_document(recipient, kind, mode, verdicts, answer), indent=2))
        return
    for verdict in verdicts:
        how = "".join(f" {name}={value:g}" for name, value in verdict.parameters.items())
        over = f"; overrules {', '.join(verdict.overruled)}" if verdict.overruled else ""
        why = f": {verdict.reason}" if verdict.reason else ""
        click.echo(f"{verdict.field or kind + ' as a whole':24} {verdict.action}{how} by {verdict.rule}{why}{over}")
    if answer is not None:
        told = "leaves as " + json.dumps(answer.members, ensure_ascii=False) if answer.members else "may leave"
        if answer.members is None:
            told = "waits" if answer.held else "refused"
        click.echo(f"{answer.decision.item}: {told}")
        for reason in answer.decision.reasons:
            click.echo(f"  {reason}")


@release.command(
    epilog="\b\nExample:\n  bongsu release retractions --record runs/false-alarm-1/record/kr\n"
    "  bongsu release retractions --record runs/false-alarm-1/record/kr --open --json"
)
@click.option("--record", type=RecordPlace(), required=True, help="One node's record folder; it may be running.")
@click.option("--open", "only_open", is_flag=True, help="Only those that somebody has not confirmed.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def retractions(record: Path | str, only_open: bool, as_json: bool) -> None:
    """Say of each warning that this nation took back who still shows it, console by console, and who cannot confirm.

    The exit code is 1 while a holder or one of its consoles has not confirmed.
    """
    from bongsu.adapters.store import RecordReader
    from bongsu.record.entry import item_of
    from bongsu.views import takebacks

    with RecordReader(record) as reader:
        items = (item_of(entry) for entry in reader.entries(types=takebacks.TAKES))
        views = [one for one in takebacks.fold("", items).views() if one.open or not only_open]
    if as_json:
        click.echo(json.dumps([_taken_back(one) for one in views], indent=2))
    else:
        for one in views:
            _tell(one)
        if not views:
            click.echo("no warning of this nation was taken back" + (" and is not confirmed" if only_open else ""))
    if any(one.open for one in views):
        sys.exit(1)


def _taken_back(one: TakeBackView) -> dict[str, Any]:
    from bongsu.base.time import format_time

    def after_s(moment_ns: int | None) -> float | None:
        return None if moment_ns is None else round((moment_ns - one.time_ns) / 1e9, 3)

    return {
        "warning": one.warning,
        "version": one.version,
        "status": one.status,
        "time": format_time(one.time_ns, 3),
        "open": one.open,
        "holders": [
            {
                "recipient": holder.recipient,
                "shows_version": holder.version,
                "received_s": after_s(holder.received_ns),
                "confirmed_s": after_s(holder.confirmed_ns),
                "consoles": [
                    {
                        "console": screen.console,
                        "shows_version": screen.version,
                        "confirmed_s": after_s(screen.confirmed_ns),
                    }
                    for screen in holder.consoles
                ],
            }
            for holder in one.holders
        ],
        **one.shares_s,
        "apart": list(one.apart),
        "onward": list(one.onward),
    }


def _tell(one: TakeBackView) -> None:
    told = _taken_back(one)
    click.echo(
        f"{one.warning} version {one.version} {one.status} {told['time']}: {'OPEN' if one.open else 'confirmed by all'}"
    )
    for holder in told["holders"]:
        click.echo(f"  {holder['recipient']}: {_how(holder)}")
        for screen in holder["consoles"]:
            click.echo(f"    {screen['console']}: {_how(screen)}")
    for name, key in (("holders", "p"), ("consoles", "consoles_p")):
        shares = ", ".join(f"{share} % {_seconds(told[f'{key}{share}_s'])}" for share in (50, 95, 100))
        click.echo(f"  {name}: {shares}")
    if one.apart:
        click.echo(f"  cannot confirm: {'; '.join(one.apart)}")
    if one.onward:
        click.echo(f"  may have been passed on by consent: {'; '.join(one.onward)}")


def _how(at: dict[str, Any]) -> str:
    if at["confirmed_s"] is not None:
        return f"confirmed after {at['confirmed_s']:g} s"
    return f"still shows version {at['shows_version']}" if at["shows_version"] else "not confirmed"


def _seconds(value: float | None) -> str:
    return "not yet" if value is None else f"{value:g} s"


def _document(recipient: str, kind: str, mode: str, verdicts: list[Verdict], answer: Answer | None) -> dict[str, Any]:
    import msgspec

    document = {"recipient": recipient, "kind": kind, "mode": mode, "verdicts": msgspec.to_builtins(verdicts)}
    if answer is not None:
        document["decision"] = msgspec.to_builtins(answer.decision)
        document["released"] = answer.members
    return document


def read_policy(policy: Path | None) -> Policy:
    """A policy file, or the shipped one. Raises `BadInput`."""
    from bongsu.core.exchange.policy import parse_policy, shipped

    return shipped() if policy is None else parse_policy(_text(policy), str(policy))


def _check_partner(recipient: str) -> None:
    from bongsu.core.exchange.exits import EXITS

    try:
        check_code(recipient)
    except BadValue as error:
        raise BadInput(error.fault, f"name a partner or an exit ({', '.join(EXITS)})", "--recipient") from None


def _members(path: Path) -> dict[str, Any]:
    try:
        members = json.loads(_text(path))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"not JSON ({error})", "give one JSON object", str(path)) from None
    if not isinstance(members, dict):
        raise BadInput("not a JSON object", "give one object with the item's members", str(path))
    return members


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"not UTF-8 text (byte {error.start + 1})", "save it as UTF-8", str(path)) from None
    except OSError as error:
        raise BadInput(
            f"cannot be read ({(error.strerror or 'unknown').lower()})", "check the path", str(path)
        ) from None


def _of_record(
    folder: Path | str, item_id: str | None, recipient: str
) -> tuple[tuple[Rule, ...], tuple[str, ...], str, str, Answer]:
    """A recorded item judged by the policy of its record: rules, circles of that moment, mode, kind, and the answer."""
    from bongsu.adapters.store import RecordReader
    from bongsu.core.exchange.gate import Gate, question
    from bongsu.model.configuration import Configuration
    from bongsu.record.entry import body_of, item_of

    if not item_id:
        raise BadInput("which item?", "name it, such as --id kr-17 (see bongsu record show)", "--id")
    with RecordReader(folder) as reader:
        settings = next((body_of(entry) for entry in reader.entries(last=1)), None)
        found = next((item_of(entry) for entry in reader.entries() if entry.item == item_id), None)
    if not isinstance(settings, Configuration) or found is None:
        raise BadInput(f"no item {item_id!r} here", "see bongsu record show", shown(folder))
    asked = question(found, recipient)
    moment_ns = found.head.receipt_ns
    circles = tuple(
        circle.circle for circle in settings.circles if {recipient, settings.node} <= set(circle.members_at(moment_ns))
    )
    return settings.rules, circles, settings.mode.value, asked.kind, Gate(settings).ask(asked, moment_ns)


@release.command(
    epilog="\b\nExample:\n  bongsu release change --config node.toml\n"
    "  bongsu release change --config node.toml --console http://127.0.0.1:8460 --actor 'An Officer' --role release"
)
@click.option(
    "--config",
    "path",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The node's settings with the new policy.",
)
@click.option(
    "--console", "address", default="", metavar="URL", help="Console of the node that runs by the old policy."
)
@click.option("--actor", default="", help="Who approves; the name of the account by default.")
@click.option("--role", default="release", show_default=True, help="In which role.")
def change(path: Path, address: str, actor: str, role: str) -> int:
    """Print the digest of a changed policy, and with --console approve it: two persons must, before a node starts with it."""
    import getpass

    from bongsu.cli import console_link
    from bongsu.node.config import read_settings
    from bongsu.node.policy_change import KIND, digest_of

    digest = digest_of(read_settings(path).configuration)
    click.echo(f"policy {digest}")
    if not address:
        return 0
    answer = console_link.command(address, KIND, digest, 0, {}, actor or getpass.getuser(), role)
    waits = answer.get("reason") == "second_person"
    approved = answer.get("outcome") == "approved"
    click.echo(
        "approved by two persons"
        if approved
        else "waits for a second person"
        if waits
        else f"refused: {answer.get('text')}"
    )
    return 0 if approved or waits else 1
