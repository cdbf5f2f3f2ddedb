"""`bongsu release`: what a nation's policy lets out, and why."""

import json
from importlib import resources
from pathlib import Path

import click


@click.group(epilog="\b\nExample:\n  bongsu release explain --help")
def release() -> None:
    """Look into a nation's release policy."""


@release.command(
    epilog="\b\nExample:\n  bongsu release explain --recipient jp --kind warning\n"
    "  bongsu release explain --policy our-policy.toml --recipient us --kind path --circle trilateral --json"
)
@click.option("--policy", type=click.Path(path_type=Path), help="A policy file (TOML); the shipped one by default.")
@click.option("--recipient", required=True, help="A partner's code, or another exit such as public or file.")
@click.option("--kind", required=True, help="What would leave: warning, path, stance, shown, ...")
@click.option(
    "--circle", "circles", multiple=True, default=("trilateral",), show_default=True, help="A circle that both are in."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def explain(policy: Path | None, recipient: str, kind: str, circles: tuple[str, ...], as_json: bool) -> None:
    """Say for a kind and each of its fields whether it would leave for a recipient, by which rule, and which rules were overruled."""
    import msgspec

    from bongsu.base.errors import BadInput
    from bongsu.core.exchange.explain import explain as explain_rules
    from bongsu.core.exchange.policy import parse
    from bongsu.wire.payloads_v1 import PAYLOADS

    if kind not in PAYLOADS:
        raise BadInput(f"no kind {kind!r}", f"use one of {', '.join(sorted(PAYLOADS))}", "--kind")
    shipped = resources.files("bongsu.core.exchange").joinpath("default_policy.toml")
    text = policy.read_text(encoding="utf-8") if policy else shipped.read_text(encoding="utf-8")
    verdicts = explain_rules(parse(text, str(policy or "shipped policy")), recipient, circles, kind)
    if as_json:
        click.echo(
            json.dumps({"recipient": recipient, "kind": kind, "verdicts": msgspec.to_builtins(verdicts)}, indent=2)
        )
        return
    for verdict in verdicts:
        how = "".join(f" {name}={value:g}" for name, value in verdict.parameters.items())
        over = f"; overrules {', '.join(verdict.overruled)}" if verdict.overruled else ""
        why = f": {verdict.reason}" if verdict.reason else ""
        click.echo(f"{verdict.field or kind + ' as a whole':24} {verdict.action}{how} by {verdict.rule}{why}{over}")
