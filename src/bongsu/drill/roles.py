"""The roles of scripted and real persons at a drill's nodes, and what each may command."""

from bongsu.core.inform.alert_issue import COMMANDS
from bongsu.model.configuration import Role

_WATCH = ("acknowledge", "shown", "shelve", "unshelve", "reset", "take_over", "share_hold", "lift_hold")
_CONSULT = ("stance", "draft", "sign", "refuse", "withdraw")

ALERT_ROLE = "alert-approve"

ROLES = (
    Role(role="watch", kinds=(*_WATCH, "retract", "split", "merge", "release", "withhold", *_CONSULT)),
    Role(role="consult", kinds=("shown", *_CONSULT)),
    Role(role=ALERT_ROLE, kinds=("acknowledge", "shown", *COMMANDS)),
)
"""A person on watch speaks for the nation too, a duty consultant does that alone; others speak to its public."""

KINDS = {role.role: role.kinds for role in ROLES}
"""What each role may command, by its name."""
