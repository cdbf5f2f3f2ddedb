"""JSON Schema 2020-12 of everything that crosses a border, generated from the wire types: the code is the one source."""

from typing import Any

import msgspec

from bongsu.wire.envelope_v1 import PROTOCOL, Envelope
from bongsu.wire.payloads_v1 import PAYLOADS

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def document() -> dict[str, Any]:
    """The schema of envelope v1; its `$defs` hold the bodies, and `x-bongsu-kinds` names the body of each kind."""
    kinds = sorted(PAYLOADS)
    (envelope, *bodies), components = msgspec.json.schema_components(
        [Envelope, *(PAYLOADS[kind] for kind in kinds)], ref_template="#/$defs/{name}"
    )
    return {
        "$schema": DIALECT,
        "$id": "urn:bongsu:exchange:v1",
        "title": f"{PROTOCOL}: one signed message for one recipient",
        **envelope,
        "x-bongsu-kinds": {kind: body["$ref"] for kind, body in zip(kinds, bodies, strict=True)},
        "$defs": components,
    }
