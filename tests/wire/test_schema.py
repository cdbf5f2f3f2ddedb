"""The published schema is the code's, and an independent checker accepts our messages by it and refuses others."""

import json
from pathlib import Path

import jsonschema_rs

from bongsu.wire.payloads_v1 import PAYLOADS
from bongsu.wire.schema import document
from tests.core.harness import Node, at, estimate, outgoing_of, point

PUBLISHED = Path(__file__).parents[2] / "docs" / "reference" / "exchange-v1.schema.json"


def test_the_published_schema_is_the_codes() -> None:
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == document(), "run `make reference`"


def test_our_envelopes_and_bodies_fit_and_others_do_not() -> None:
    schema = document()
    envelopes = jsonschema_rs.validator_for(schema)
    kr = Node("kr")
    said = kr.say(at(10), estimate(10, impact=point(44, 137, 900))) + kr.tick(at(11))
    sent = outgoing_of(said, "jp")
    assert {one.kind for one in sent} == {"warning", "heartbeat"}
    for one in sent:
        envelope = json.loads(kr.sealed(one))
        assert envelopes.is_valid(envelope)
        body = jsonschema_rs.validator_for({"$defs": schema["$defs"], "$ref": schema["x-bongsu-kinds"][one.kind]})
        assert body.is_valid(json.loads(one.body))
        del envelope["mode"]
        assert not envelopes.is_valid(envelope)
    assert set(schema["x-bongsu-kinds"]) == set(PAYLOADS)
