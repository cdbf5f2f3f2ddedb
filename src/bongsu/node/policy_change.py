"""A changed policy needs two persons, where the nation lists who may approve: the old policy's persons, at the desk of a node that runs by it.

What counts as policy: release rules, terms of passing on, markings, roles, and how the nation alerts.

Its digest is what the two persons name (`policy_change`, counted by the desk as
everything that needs two); a node whose policy is not the recorded one starts only when its record holds their word.
"""

from __future__ import annotations

import hashlib

import msgspec

from bongsu.adapters.store import RecordReader
from bongsu.adapters.store.places import Place
from bongsu.base.errors import BadInput
from bongsu.model.command import Approved
from bongsu.model.configuration import Configuration
from bongsu.record.entry import body_of

KIND = "policy_change"


def digest_of(configuration: Configuration) -> str:
    """SHA-256 over the policy alone: keys, sensors and partners may change without it."""
    ours = configuration
    marked = [ours.label.policy, ours.label.classification]
    policy = [ours.rules, ours.roles, ours.alerting, ours.terms, ours.markings, marked]
    return hashlib.sha256(msgspec.json.encode(policy, order="deterministic")).hexdigest()


def check(place: Place, recorded: Configuration, configuration: Configuration) -> None:
    """Raises `BadInput` for a policy that is not the recorded one and that two persons have not approved. Without listed approvers nobody is asked."""
    if recorded.alerting is None or not recorded.alerting.approvers:
        return
    wanted = digest_of(configuration)
    if wanted == digest_of(recorded):
        return
    with RecordReader(place) as reader:
        for entry in reader.entries(types=("approved",)):
            body = body_of(entry)
            if isinstance(body, Approved) and (body.command.kind, body.command.about) == (KIND, wanted):
                return
    raise BadInput(
        f"the policy has changed (digest {wanted[:16]}) and two persons have not approved it",
        "start with the old one, and have two approvers enter `bongsu release change` for the new one",
        "policy",
    )
