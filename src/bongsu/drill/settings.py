"""The settings of each nation's node in a drill, from the scenario: the same configuration for virtual time and for real servers."""

from bongsu.core.exchange.policy import shipped
from bongsu.drill.alerting import policy_of
from bongsu.drill.roles import ROLES
from bongsu.drill.scenario import Scenario
from bongsu.drill.scenario_schema import Partner
from bongsu.drill.sensors import describe
from bongsu.geo import areas
from bongsu.model.circle import Circle, Membership
from bongsu.model.configuration import Configuration, PublicKey, Terms
from bongsu.model.mode import Mode
from bongsu.node.config import HOLD_DENIED, commit

CIRCLE = "trilateral"
"""The circle that the shipped policy releases to: in a drill all who take part."""


def federation_of(scenario: Scenario) -> str:
    """The name of the federation that plays a scenario."""
    return f"drill-{scenario.exercise}"


def hold_policy(scenario: Scenario, node: str) -> str:
    """How a nation gives its HOLD to the partners: automatic, ask or deny."""
    return next(partner.hold for partner in scenario.partners if partner.code == node)


def membership(scenario: Scenario, partner: Partner) -> Membership:
    """From when until when a partner is a member of the circle, in exercise time."""
    return Membership(
        partner=partner.code,
        from_ns=0 if partner.joins_s is None else scenario.time_ns(partner.joins_s),
        until_ns=None if partner.leaves_s is None else scenario.time_ns(partner.leaves_s),
    )


def configuration(scenario: Scenario, node: str, public_keys: tuple[PublicKey, ...]) -> Configuration:
    """The settings of one nation: its own sensors, the shipped release policy, a circle of all who take part."""
    members = tuple(membership(scenario, partner) for partner in sorted(scenario.partners, key=lambda one: one.code))
    policy = shipped()
    partner = next(one for one in scenario.partners if one.code == node)
    return Configuration(
        node=node,
        federation=federation_of(scenario),
        mode=Mode.EXERCISE,
        exercise=scenario.exercise,
        epoch=1,
        partners=tuple(sorted(scenario.codes)),
        sensors=tuple(describe(plan) for plan in scenario.sensors if plan.owner == node),
        public_keys=public_keys,
        circles=(Circle(circle=CIRCLE, title="All who take part", members=members),),
        rules=(*policy.rules, *((HOLD_DENIED,) if hold_policy(scenario, node) == "deny" else ())),
        roles=ROLES,
        label=policy.label(scenario.codes),
        area_set=areas.LATEST,
        country=node.upper(),
        commit=commit(),
        alerting=policy_of(node),
        hold="ask" if hold_policy(scenario, node) == "ask" else "automatic",
        terms=policy.terms if partner.onward is None else (_stated(partner.onward),),
        markings=policy.markings,
    )


def _stated(onward: tuple[str, ...]) -> Terms:
    """The terms of a partner whose scenario states them."""
    return Terms(
        terms="of-the-scenario",
        mode=Mode.EXERCISE.value,
        onward=tuple(sorted(onward)),
        reason="the scenario states to whom others may pass on what this nation says in the exercise",
    )
