"""`explain` tells what release does."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bongsu.base.errors import BadInput
from bongsu.cli.release import release
from bongsu.core.exchange.exits import fields_of
from bongsu.core.exchange.explain import explain
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


def explained(*arguments: str) -> str:
    told = CliRunner().invoke(release, ["explain", *arguments], catch_exceptions=True)
    if told.exception is not None:
        raise told.exception
    return told.output


WARNING = {
    "warning": "kr-E1",
    "version": 1,
    "status": "initial",
    "time": "2026-05-01T00:00:31.250000Z",
    "apogee_m": 4.2e5,
}


def test_a_hypothetical_item_is_judged_by_the_whole_policy(tmp_path: Path) -> None:
    """With the terms that would travel with it, and by its own marking."""
    item, policy = tmp_path / "item.json", tmp_path / "policy.toml"
    item.write_text(json.dumps(WARNING), encoding="utf-8")
    policy.write_text(DEFAULT + '[[terms]]\nname = "a-day"\nonward = ["file"]\nfor_s = 86400\n', encoding="utf-8")
    arguments = ("--recipient", "jp", "--kind", "warning", "--item", str(item), "--json")
    document = json.loads(explained(*arguments, "--policy", str(policy)))
    assert document["released"]["terms"]["onward"] == ["file"] and document["decision"]["terms"] == "a-day"
    refused = json.loads(explained(*arguments, "--marking", "NATIONAL"))
    assert refused["released"] is None and "marked NATIONAL" in refused["decision"]["reasons"][0]


def test_what_waits_is_not_told_as_refused(tmp_path: Path) -> None:
    item, policy = tmp_path / "item.json", tmp_path / "policy.toml"
    item.write_text(json.dumps(WARNING), encoding="utf-8")
    rule = '[[rules]]\nname = "later"\naction = "delay"\nrecipient = "jp"\nkind = "warning"\ndelay_s = 60\n'
    policy.write_text(rule, encoding="utf-8")
    told = explained("--recipient", "jp", "--kind", "warning", "--item", str(item), "--policy", str(policy))
    assert "hypothetical: waits\n  waits 60 s" in told


def test_link_control_is_allowed_by_membership() -> None:
    assert "allow by membership" in explained("--recipient", "jp", "--kind", "heartbeat")
    assert "deny" in explained("--recipient", "public", "--kind", "heartbeat")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (json.dumps(WARNING | {"secret": 5}), "a warning has no member 'secret'"),
        (json.dumps(WARNING | {"launch": {"latitude_deg": 1.0, "longitude_deg": 2.0, "site": "x"}}), "launch.site"),
        ('{"warning": 3}', "not a warning"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not a JSON object"),
        (b"\xff\xfe", "not UTF-8 text"),
    ],
)
def test_an_item_that_cannot_be_is_refused_in_one_line(tmp_path: Path, content: str | bytes, says: str) -> None:
    item = tmp_path / "item.json"
    item.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BadInput) as refusal:
        explained("--recipient", "jp", "--kind", "warning", "--item", str(item))
    assert says in str(refusal.value) and str(item) in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_who_is_asked_about_must_be_able_to_be() -> None:
    with pytest.raises(BadInput, match="--recipient: 'JP' is not a partner's code"):
        explained("--recipient", "JP", "--kind", "warning")
    with pytest.raises(BadInput, match="which kind"):
        explained("--recipient", "jp")
