"""Every bound of the project, with the reason. Units stand last in the name."""

PARTNERS_COUNT = 64
"""Members of one federation: the generated server files were measured to 60 partners."""

ENVELOPE_BYTES = 65_536
"""One envelope on the wire: a warning is about 2 kB; the rest is room for statements. Larger is refused before it is parsed."""

BODY_DEPTH = 16
"""Nesting of a body from a partner: ours nest five deep; deeper is refused before it is decoded."""

PLOTS_PER_SCAN = 512
"""Plots of one look: 100 objects and clutter; more means a sensor at fault, and the rest of the look is dropped and counted."""

LINE_BYTES = 4_096
"""One line or datagram of a detections feed: a detection is about 200 bytes, a sensor 400."""

OUT_OF_ORDER_S = 60.0
"""A detection this far behind the newest is refused: the re-filtering buffer holds no more."""

SCAN_CLOSE_S = 0.05
"""A look is closed this long after its last plot, when no plot of the next look came: DESIGN.md section 2."""

SENSOR_SILENT_INTERVALS = 3
"""A sensor that sends status and then misses this many intervals is unknown: DESIGN.md section 4."""

TRACKS_COUNT = 2_048
"""Tracks that one node holds, tentative ones included: 1,000 objects and as many beginnings."""

EVENTS_COUNT = 1_024
"""Launch events that one node keeps in its picture; the oldest closed one leaves first, the record keeps all."""

HEARTBEAT_S = 1.0
"""Link time between two heartbeats: suppression shows within two of them."""

FRESH_S = 2.0
"""Link time without a heartbeat after which a partner is no longer fresh."""

UNKNOWN_S = 10.0
"""Link time without a heartbeat after which a stale partner is unknown."""

RECEIPT_S = 0.2
"""Link time over which receipts of one lane are gathered into one: at most one a lane and tick."""

LATEST_S = 0.2
"""Link time between two messages of one subject of the latest lane: a newer one replaces a waiting older one."""

GAP_REQUEST_S = 1.0
"""Link time between two requests for the same gap: a round trip through the hub takes milliseconds."""

REORDER_COUNT = 4_096
"""Messages of one prompt lane that wait for a missing earlier one; beyond that the newest is refused and asked for again."""

CAUSES_COUNT = 32
"""Causes named in one head: an event joins at most a handful of assessments; the oldest are left out beyond that."""

QUEUE_COUNT = 8_192
"""Items that wait for a node's core; on overload the oldest detections leave first, counted and shown."""

CLOCK_OFFSET_S = 2.0
"""Difference between a partner's clock and ours that is shown as a fault: heartbeats are judged by signed issue time."""

FLIGHT_ROWS_COUNT = 20_000
"""Rows of one true flight of a drill: 20,000 steps of 5 s are 27 hours; what has not come down by then is in orbit, and refused."""

TRUTH_ROUNDS_COUNT = 40
"""Newton rounds for one true flight of a drill: eight are usual, and each takes some 15 ms."""
