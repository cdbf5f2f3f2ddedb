"""`bongsu drill control`: orders of exercise control to a drill that runs."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import click

from bongsu.base.errors import BadInput
from bongsu.base.limits import CONTROL_LINE_BYTES

_ANSWER_S = 10.0
_NUMBERS = {"postpone": "seconds", "jump": "seconds", "speed": "speed"}


@click.command(
    epilog="\b\nExample:\n  bongsu drill control runs/salvo-1 pause\n  bongsu drill control runs/salvo-1 inject link_cut node=kr lasts_s=20"
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("order")
@click.argument("words", nargs=-1)
@click.option("--text", default="", help="What the players are told with it.")
@click.option("--node", default="", help="Only this nation (with say).")
@click.option("--json", "as_json", is_flag=True, help="Print the whole answer as one JSON object.")
def control(folder: Path, order: str, words: tuple[str, ...], text: str, node: str, as_json: bool) -> int:
    """Order something of the drill that runs in DIR (started with --control or --wait).

    Orders: status; startex; pause; resume; postpone SECONDS; speed N; jump SECONDS (from the start); inject KIND key=value...;
    say TEXT; hold; endex.
    """
    asked: dict[str, Any] = {"do": order, "text": text, "node": node}
    if order in _NUMBERS:
        asked[_NUMBERS[order]] = _number(order, words)
    elif order == "inject":
        if not words:
            raise BadInput("which inject is not said", "give its kind, such as link_cut, and key=value", "inject")
        asked |= {"kind": words[0], "figures": words[1:]}
    elif order == "say":
        asked["text"] = text or " ".join(words)
    elif words:
        raise BadInput(f"{order} takes nothing more", f"leave out {' '.join(words)!r}", order)
    answer = _ask(folder, asked)
    if as_json:
        click.echo(json.dumps(answer))
        return 0 if answer["ok"] else 2
    if not answer["ok"]:
        click.echo(f"bongsu: {answer['error']}", err=True)
        return 2
    _tell(answer)
    return 0


def _ask(folder: Path, asked: dict[str, Any]) -> dict[str, Any]:
    import msgspec

    from bongsu.drill.control_door import FILE, Door

    file = folder / FILE
    try:
        door = msgspec.json.decode(file.read_bytes(), type=Door)
    except OSError:
        raise BadInput("no drill with a door for control runs there", "start it with --control", str(file)) from None
    except msgspec.MsgspecError as error:
        raise BadInput(f"not a door ({error})", "start the drill anew", str(file)) from None
    line = json.dumps({"token": door.token, **asked}).encode() + b"\n"
    if len(line) > CONTROL_LINE_BYTES:
        raise BadInput("the order is too long", f"at most {CONTROL_LINE_BYTES} bytes", "control")
    try:
        with socket.create_connection(("127.0.0.1", door.port), timeout=_ANSWER_S) as connection:
            connection.sendall(line)
            with connection.makefile("rb") as answers:
                told: dict[str, Any] = json.loads(answers.readline() or b"{}")
    except (OSError, ValueError) as error:
        raise BadInput(f"the drill does not answer ({error})", "see whether it still runs", str(file)) from None
    if "ok" not in told:
        raise BadInput("the drill has closed the door", "see whether it still runs", str(file))
    return told


def _number(order: str, words: tuple[str, ...]) -> float:
    try:
        (word,) = words
        return float(word)
    except ValueError:
        raise BadInput(f"{' '.join(words) or 'nothing'} is not one number", f"write: {order} 60", order) from None


def _tell(answer: dict[str, Any]) -> None:
    line = f"{answer['exercise']}: {answer['state']}"
    if "at_s" in answer:
        line += f", {answer['at_s']:g} s after the start ({answer['exercise_time']}), {answer['speed']:g} x"
    if "stood_s" in answer:
        line += f"; stood {answer['stood_s']:.1f} s"
    click.echo(line)
    for code, lacks in answer["missing"].items():
        click.echo(f"  {code} lacks {', '.join(lacks)}")
    for one in answer.get("next", ()):
        click.echo(f"  {one['at_s']:>8g} s  {one['what']}")
