"""`bongsu schema`: the published schema of the exchange."""

import json

import click


@click.command(epilog="\b\nExample:\n  bongsu schema > bongsu-exchange-v1.schema.json")
def schema() -> None:
    """Print the JSON Schema (2020-12) of envelope v1 and its bodies, as generated from the code."""
    from bongsu.wire.schema import document

    click.echo(json.dumps(document(), indent=2, ensure_ascii=False))
