"""Two warnings that one look gives rise to are both followed to their holders."""

from bongsu.model.delivery import Delivery
from tests.core.harness import Node, at, estimate, point


def test_each_warning_of_a_step_has_its_deliveries() -> None:
    kr = Node("kr")
    kr.say(at(30), estimate(30, "T1"), estimate(30, "T2", launch=point(35.0, 129.0, 12.0)))
    followed = [
        (item.body.warning, item.body.recipient, item.body.version)
        for item in kr.items
        if isinstance(item.body, Delivery)
    ]
    assert sorted(followed) == [("kr-E1", "jp", 1), ("kr-E1", "us", 1), ("kr-E2", "jp", 1), ("kr-E2", "us", 1)]
