"""`explain` tells what release does."""

import json

from click.testing import CliRunner

from bongsu.cli.release import release
from bongsu.core.exchange.explain import explain, fields_of
from bongsu.core.exchange.policy import parse
from tests.core.exchange.test_release import DEFAULT, released


def test_explained_fields_are_what_leaves() -> None:
    body = released(DEFAULT)
    verdicts = {
        verdict.field: verdict for verdict in explain(parse(DEFAULT, "shipped"), "jp", ["trilateral"], "warning")
    }
    for name, value in body.items():
        assert verdicts[name].action in ("allow", "coarsen"), name
        if isinstance(value, dict):
            assert all(verdicts[f"{name}.{member}"].action != "deny" for member in value)
    assert verdicts["launch"].rule == "launch-point-on-a-grid"
    assert verdicts["launch"].overruled == ("partners-get-warnings (allow)",)
    assert "launch.time" in fields_of("warning")


def test_an_outsider_gets_nothing() -> None:
    verdicts = explain(parse(DEFAULT, "shipped"), "public", [], "warning")
    assert [(verdict.action, verdict.rule) for verdict in verdicts] == [("deny", "default-deny")]


def test_command_line() -> None:
    told = CliRunner().invoke(release, ["explain", "--recipient", "jp", "--kind", "path", "--json"])
    document = json.loads(told.output)
    assert {v["field"]: v["action"] for v in document["verdicts"]}["phase"] == "deny"
    plain = CliRunner().invoke(release, ["explain", "--recipient", "jp", "--kind", "warning"])
    assert "coarsen grid_deg=0.1" in plain.output
