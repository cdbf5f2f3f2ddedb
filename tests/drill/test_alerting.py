"""How nations speak to their public in a drill."""

from __future__ import annotations

import pytest

from bongsu.core.inform.alert_documents import try_out
from bongsu.drill.alerting import policy_of
from bongsu.geo import areas
from bongsu.model.mode import Mode


@pytest.mark.parametrize("code", ["kr", "us", "jp"])
def test_the_invented_authorities_texts_fit_a_phone_so_that_a_live_node_comes_up(code: str) -> None:
    policy = policy_of(code)
    assert policy is not None
    try_out(policy, code, Mode.EXERCISE, "A-LONG-NAME-OF-AN-EXERCISE-24", code.upper(), areas.load())
