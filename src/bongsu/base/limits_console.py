"""Bounds of the console: the past that it shows, and log-in through a provider. Each with its reason."""

PAST_SNAPSHOT_S = 30.0
"""Link time between two snapshots of a picture for the scrub bar: what lies between is folded anew in some milliseconds."""

PAST_SNAPSHOT_ITEMS_COUNT = 2_000
"""Items after which a snapshot is taken sooner: they are folded in 20 ms."""

PAST_ITEMS_COUNT = 50_000
"""Items of the past that a node keeps in memory, some 50 MB; what is older is read from its record."""

PAST_SNAPSHOTS_COUNT = 120
"""Snapshots with their items: an hour; and as many without, ever more widely spaced, from which the record is read on."""

PAST_ANSWER_S = 10.0
"""Wall time that a page waits for a moment of the past; a record of many hours takes seconds to be read through."""

OIDC_PATIENCE_S = 10.0
"""Wall time that a log-in provider has for one answer: it may lie on the other side of a country."""

OIDC_PENDING_S = 300.0
"""Wall time for which a log-in through a provider may be under way: a person types a password and a second factor there."""

OIDC_PENDING_COUNT = 256
"""Such log-ins at once; the oldest is forgotten first. Whoever opens the page can begin one."""
