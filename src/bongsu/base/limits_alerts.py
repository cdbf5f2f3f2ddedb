"""Every bound of public alerts, their documents and notices, with its reason: a part of `limits.py` of its own. Units stand at the end of each name."""

ALERT_HOLD_S = 5.0
"""Event time for which an area must ask for a higher rung before it climbs: one stray estimate alerts nobody."""

ALERT_RELEASE_S = 20.0
"""Event time for which an area must stay under its rung before it sinks: four times the hold, as taking back costs more than waiting."""

ALERT_REACH_M = 15_000.0
"""An impact within this of an area counts as on it: debris of a flight that breaks up scatters by some 10 km, and an islet is no smaller a concern than
a province; the outlines' own thinning is in it."""

ALERT_UNKNOWN_ELLIPSE_M = 50_000.0
"""95 % half-axis that is assumed for a partner's impact whose ellipse was not released: ours at mid-flight."""

ALERT_PATHS_COUNT = 16
"""Possible paths of one assessment that are laid over the areas to ask which are overflown: a share to 6 %, 2 ms each."""

ALERT_CLEAR_S = 60.0
"""Event time after the last told area's moment until the danger is over there: what separates at 100 km falls for some three minutes, mostly beyond the
area, and the review shows how long people stayed under cover."""

OVERFLIGHT_HALF_WIDTH_M = 30_000.0
"""Half-width of the corridor under a path that counts as overflown, on top of the areas' own guard."""

CAP_BYTES = 1_048_576
"""One public alert document: ours with sixty areas in three languages is 100 kB, a national one with outlines of its districts several hundred;
larger is refused before it is parsed."""

ALERT_EXPIRES_S = 1_800.0
"""Time until a public document expires by itself: longer than any flight's last half hour, and no substitute for the message that ends it."""

ALERT_OUTLINED_COUNT = 12
"""With more areas than this a public document carries their codes without outlines: three languages repeat each outline."""

ALERT_COMMANDS_COUNT = 1_024
"""Accepted alert commands that are remembered, so that none counts twice: hours of a busy desk."""

NOTICE_GUARD_M = 10_000.0
"""Added to every side of a notice's area: fragments spread by some kilometres, and a ship needs a quarter of an hour for five."""

NOTICE_WIDEST_M = 300_000.0
"""No notice is drafted for a longer half-axis than this: it would close a sea and say nothing."""

NOTICE_BEFORE_S = 300.0
"""Danger is announced from this long before the estimated impact: parts that fall off come down earlier."""

NOTICE_AFTER_S = 900.0
"""Until this long after it: light pieces fall for minutes from 50 km."""

NOTICE_SEA_SHARE = 0.05
"""Part of the ellipse that must lie on water for a notice: a twentieth of it is where one in twenty would fall."""

NOTICE_LEAST_S = 30.0
"""Exercise time between two versions of a notice: whoever relays them by voice needs as long to read one."""

ALERT_BROADCAST_CHARACTERS = {"en": 360, "ko": 157, "ja": 157}
"""Characters of an alert's text for phones: United States 360 (47 CFR 10.430; fits four pages of 93 septets, 3GPP TS 23.041); Korea 157 (Ministry of the
Interior and Safety, announced for all regions from October 2026). No figure for Japan was confirmed, so its text keeps to the Korean one: also four pages."""

ALERT_SHORT_CHARACTERS = 90
"""Characters of the short text for older phones: 90 in the United States (47 CFR 10.430) and for urgent messages in Korea (phones from before 2019)."""

ALERT_HEADLINE_CHARACTERS = 160
"""Characters of an alert's headline: the bound that CAP 1.2 (3.2.2) suggests for short messages."""

OUTLET_TRIES = 8
"""Tries of one document at one outlet: with the waits between them some two minutes, after which a person must look elsewhere."""

OUTLET_WAIT_S = 1.0
"""First wait between two tries; each next one is twice as long."""

OUTLET_LONGEST_WAIT_S = 30.0
"""Longest wait between two tries: a gateway that comes back is found within half a minute."""

OUTLET_ANSWER_S = 10.0
"""Wall time in which an outlet must have taken a document, answer and all: a gateway answers within a second, a slow one is tried again."""

OUTLET_QUEUE_COUNT = 256
"""Documents that wait for one outlet that is down: a salvo's alerts, updates and endings; more are refused aloud, the newest first."""

OUTLET_FEED_COUNT = 200
"""Entries of an Atom feed, the newest: a reader that looks once an hour misses nothing of a bad night."""

OUTLET_LOOK_BACK_COUNT = 100_000
"""Entries of the record, the newest, in which a restart looks for documents that no outlet has taken: half an hour of a busy node."""
