"""A node starts with a changed policy only when two persons have approved that very one."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from bongsu.base.errors import BadInput
from bongsu.core.inform.desk import Desk
from bongsu.core.pipeline import Pipeline
from bongsu.model.command import Command
from bongsu.model.configuration import Configuration, Role
from bongsu.node.engine import open_engine
from bongsu.node.policy_change import digest_of
from tests.core.harness import at, configuration
from tests.core.inform.alert_world import POLICY

ROLES = (Role(role="release", kinds=("policy_change",)),)


def build(made: Configuration) -> Pipeline:
    return Pipeline(made, [Desk(made)])


def asked(actor: str, about: str) -> Command:
    return Command(command=f"{actor}-{about}", kind="policy_change", actor=actor, role="release", about=about)


def test_one_person_is_not_enough_and_another_policy_is_another(tmp_path: Path) -> None:
    old = configuration("jp", alerting=POLICY, roles=ROLES)
    new = replace(old, alerting=replace(POLICY, persons_alert=1))
    engine = open_engine(tmp_path, old, build, at(0))
    engine.step(at(1), asked("aoki", digest_of(new)))
    engine.step(at(2), asked("aoki.admin", digest_of(new)))
    engine.close()
    with pytest.raises(BadInput, match="two persons have not approved"):
        open_engine(tmp_path, new, build, at(3))
    engine = open_engine(tmp_path, old, build, at(4))
    assert engine.configuration.epoch == 1, "the old record stands where it stood"
    engine.step(at(5), asked("baba", digest_of(new)))
    engine.close()
    with pytest.raises(BadInput):
        open_engine(tmp_path, replace(new, alerting=replace(POLICY, automatic=True)), build, at(6))
    engine = open_engine(tmp_path, new, build, at(7))
    assert engine.configuration.alerting == new.alerting
    engine.close()


def test_keys_and_partners_change_freely_and_nobody_is_asked_where_nobody_is_listed(tmp_path: Path) -> None:
    old = configuration("jp", alerting=POLICY, roles=ROLES)
    open_engine(tmp_path / "a", old, build, at(0)).close()
    open_engine(tmp_path / "a", replace(old, partners=("jp", "us")), build, at(1)).close()
    free = replace(old, alerting=replace(POLICY, approvers=()))
    open_engine(tmp_path / "b", free, build, at(0)).close()
    open_engine(tmp_path / "b", old, build, at(1)).close()
    with pytest.raises(BadInput):
        open_engine(tmp_path / "b", free, build, at(2))
