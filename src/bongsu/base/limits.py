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

CARRIED_COUNT = 256
"""Warnings and events that a new epoch takes over from the one before, open ones first: what somebody may still take back."""

HEARTBEAT_S = 1.0
"""Link time between two heartbeats: suppression shows within two of them."""

FRESH_S = 2.0
"""Link time without a heartbeat after which a partner is no longer fresh."""

UNKNOWN_S = 10.0
"""Link time without a heartbeat after which a stale partner is unknown."""

CLOCK_TOLD_S = 1.0
"""Change of the difference between a partner's clock and ours that is told at once: more than a heartbeat is usually under way."""

CLOCK_BACK_S = 2.0
"""Link time by which a record may be ahead of the machine's clock at a restart: the node waits for it. Beyond that the clock was wrong before, and a new
epoch begins with the right one: nobody waits for minutes."""

RECEIPT_S = 0.2
"""Link time over which receipts of one lane are gathered into one: at most one a lane and tick."""

LATEST_S = 0.1
"""Link time between two messages of one subject of the latest lane: a newer one replaces a waiting older one. Ten a second is as fast as a person
sees; a path in real time comes once a second and never waits."""

GAP_REQUEST_S = 1.0
"""Link time between two requests for the same gap: a round trip through the hub takes milliseconds."""

REORDER_COUNT = 4_096
"""Messages of one prompt lane that wait for a missing earlier one; beyond that the newest is refused and asked for again."""

CAUSES_COUNT = 32
"""Causes named in one head: an event joins at most a handful of assessments; the oldest are left out beyond that."""

QUEUE_COUNT = 8_192
"""Items that wait for a node's core; on overload the oldest detections leave first, counted and shown."""

FLIGHT_ROWS_COUNT = 20_000
"""Rows of one true flight of a drill: 20,000 steps of 5 s are 27 hours; what has not come down by then is in orbit, and refused."""

TRUTH_ROUNDS_COUNT = 40
"""Newton rounds for one true flight of a drill: eight are usual, and each takes some 15 ms."""

HUBS_COUNT = 4
"""Hubs of one federation: two were measured to lose nothing when either dies; each further one costs every partner a link a mode."""

SERVER_PAYLOAD_BYTES = 131_072
"""Largest message a server takes: an envelope with its headers, and the server's own answers about 64 outboxes."""

PROMPT_OUTBOX_BYTES = 268_435_456
"""One prompt outbox on disk: 100,000 warnings of 2 kB, pulled or not. Beyond that the oldest goes: a recipient that lacks it asks again."""

LATEST_OUTBOX_BYTES = 33_554_432
"""One latest outbox in memory: one message of up to 4 kB for each of 8,000 subjects; beyond that the oldest subject goes."""

SERVER_MEMORY_BYTES = 4_294_967_296
"""Memory that a nation's server may give to latest outboxes: 64 partners in two modes."""

SERVER_FILE_BYTES = 68_719_476_736
"""Disk that a nation's server may give to prompt outboxes: 64 partners in two modes, each at its bound, twice over."""

PROMPT_WAITING_COUNT = 65_536
"""Prompt messages for one recipient that wait for the own server: hours of them; the record holds each, and a restart offers them again."""

LATEST_WAITING_COUNT = 4_096
"""Subjects of one recipient's latest lane that wait for the own server: every track twice over; beyond that the oldest is dropped and counted."""

PROMPT_IN_FLIGHT_COUNT = 64
"""Prompt messages for one recipient that the server has not yet confirmed: it confirms some 3,000 a second, each in under a millisecond."""

LATEST_IN_FLIGHT_COUNT = 1_024
"""Latest messages for one recipient that the server has not yet confirmed: a tenth of a second at 10,000 a second."""

PULL_COUNT = 256
"""Messages that one pull asks for: as many as arrive while the next pull travels."""

PULL_S = 1.0
"""A pull lapses after this long, and the next one is sent before: a path that died is noticed and left within it."""

PULL_RETRY_S = 0.1
"""Pause before a pull that nobody answered is repeated: short against the second in which a link is re-made, long against its cost."""

PULL_WAITING_COUNT = 32
"""Pulls of one recipient that may wait at once: two hubs, two lanes, and the one before."""

ACK_WAIT_S = 1.0
"""A message not acknowledged in this time is delivered again: what a dying hub swallowed is there after it."""

LATEST_ACK_WAIT_S = 2.5
"""The same on the latest lane, where a newer message makes up for one that was swallowed: in a burst to a busy receiver, repeating after one second was
measured to double what it had to do."""

ACK_PENDING_COUNT = 2_000
"""Messages delivered and not yet acknowledged: it bounds what a node must hold that cannot store fast enough."""

OUTBOX_CONFIRM_S = 1.0
"""The own server confirms a message within this time, or it is sent again under the same id."""

SERVER_READY_S = 10.0
"""A server that is not ready this long after its start is given up: it takes a tenth of a second."""

LEAF_RETRY_S = 0.25
"""A link to a hub that is down is tried again after this long."""

PING_S = 2.0
"""Seconds between two pings of a connection; two unanswered ones end it, so that a frozen peer is noticed."""

AREA_GUARD_M = 5_000.0
"""Width added around an ellipse or corridor when areas are asked for: packaged coasts are thinned by 0.2 km (up to 1.1 km for the far
neighbours), their 1:10m source leaves out rocks and generalises by 1 to 2 km, and nobody on an islet just off a coast may go unwarned."""

AREA_PATH_STEP_M = 300_000.0
"""Length of path laid on one plane when areas are asked for: distances on it are right to 0.1 %, and 5,000 km take 17 planes."""

TWO_PERSONS_S = 300.0
"""Link time within which a second person must ask for what needs two: long enough to be called over, short enough to be the same decision."""

TWO_PERSONS_COUNT = 64
"""Requests of a first person that wait for a second; the oldest leaves first."""

INJECTS_COUNT = 256
"""Injects of one drill, those put in by hand included: a day's list has some dozens."""

DRILL_HELD_S = 3_600.0
"""Link time for which a drill in virtual time stands held without end before it is over: an hour, as nobody lifts it any more."""

SCENARIO_BYTES = 262_144
"""One scenario file: the largest of ours is under 10 kB; refused before it is parsed."""

GAP_SPAN_COUNT = 128
"""Prompt messages that one request spans to fetch scattered losses together: those between that are here already come again, some 160 kB at most."""

RESEND_COUNT = 1_024
"""Prompt messages of one recipient that are kept for a gap request: hours of warnings; older ones are in the broker's outbox and the record."""

CATCHING_UP_S = 0.5
"""Link time for which a prompt message may be missing behind a heartbeat before the partner is shown as catching up: lanes may overtake each other."""

ESCALATE_S = 30.0
"""An alarm that nobody has answered for this long is passed on to the duty officer, and as long again later to everybody: a flight to the nearest
partner takes some eight minutes."""

ALARM_LEVELS_COUNT = 3
"""Who is called by an unanswered alarm: the watch, the duty officer too, everybody."""

REALARM_EARLIER_S = 30.0
"""A predicted time must come this much earlier to call again: estimates of the first minute move by half of it each way."""

SHELVE_S = 1_800.0
"""Longest time for which a person may set an alarm aside: no flight of a drill but a lofted one lasts longer, and one watch stands for hours."""

SALVO_S = 120.0
"""Launches within this time of each other are shown as one salvo with a count: known salvos left within a minute or two."""

SALVO_M = 300_000.0
"""Launches of one salvo lie within this distance of each other: one country's sites, two 95 % ellipses of an early estimate apart."""

TOWNS_COUNT = 5
"""Towns named near a predicted impact: what a person reads at a glance."""

TOWNS_M = 50_000.0
"""Distance beyond the impact's 95 % half-axis within which towns are named."""

CONSOLES_COUNT = 64
"""Consoles of one partner that are followed: more than any watch room has; a partner that names more is followed by these."""

PATH_S = 1.0
"""Event time between two points of a path: what the shipped policy releases at most."""

WARNING_UPDATE_S = 2.0
"""Event time between two updates of a warning unless its status, its impact or its ballistic verdict changes: an officer cannot read faster."""

JOIN_FLOOR_M = 20_000.0
"""Distance by which two nations' points of one launch may differ whatever their ellipses say: released points stand on a 0.1 degree grid."""

JOIN_FLOOR_S = 4.0
"""Time by which two nations' times of one launch may differ whatever their sigmas say."""

JOIN_GATE = 25.0
"""Squared distance, in sigmas, within which two warnings are of one launch."""

RECORD_COMMIT_S = 0.08
"""Link time that entries nobody waits for may wait for a commit: durable within 100 ms, the commit itself included (DESIGN.md section 2)."""

RECORD_BATCH_COUNT = 2_048
"""Entries written at once under virtual time: larger batches gain nothing measurable."""

RECORD_DROP_COUNT = 2_000
"""Rows of removed entries dropped between two commits: about 10 ms, so no warning waits longer for it."""

RECORD_SEALED_MB = 4_000.0
"""Largest file of a record over which a seal is written when it is closed: some seconds of reading; nobody waits longer for a node to end."""

RECORD_CUTS_COUNT = 16
"""Into so many parts a record is cut whose size or age is bounded: it exceeds its bound by at most one of them."""

RETENTION_CHECK_S = 60.0
"""Link time between two looks at the age and size of a record; what waits for removal waits at most that long."""

RETENTION_LEAST_DAYS = 1.0
"""No record is kept for less: partners must be able to compare what they sent and got yesterday."""

RETENTION_LEAST_MB = 64.0
"""No record is kept smaller: a launch and the hours around it must fit."""

DISK_LEFT_LEAST_MB = 512.0
"""Free space below which a node says that its disk fills up, an hour or more before nothing can be written."""

RECORD_RETRY_S = 1.0
"""Link time between two attempts at a commit while the disk fails."""

RECORD_SERVER_S = 5.0
"""How long a server that keeps a record may take to answer the writer: then the commit counts as failed and a new connection is tried."""

RECORD_SERVER_READ_S = 60.0
"""How long such a server may take to answer a reader, who may ask for a search through a long record."""

RECORD_BACKLOG_COUNT = 200_000
"""Entries kept in memory while the disk fails (about 200 MB, an hour of a busy node); beyond that the node ends loudly."""

SNAPSHOT_S = 20.0
"""Link time between two snapshots of a live core: a restart steps at most that again."""

SNAPSHOT_WORK_S = 0.5
"""Computing time of the core between two snapshots: a restart must be ready within 5 s, also when a drill runs at 150 x."""

AREA_PATH_POINT_M = 2_000.0
"""Points of a path closer than this are thinned when areas are asked for: a lofted flight moves 0.2 km over ground each second, and a ballistic
ground track strays by centimetres within 2 km."""

EXERCISE_SPEED = 1_000.0
"""Speed of exercise time against link time: at more, one second of link lag would be 17 minutes of the exercise."""

SCENARIO_S = 172_800.0
"""Any moment of a scenario, from its start: two days, for exercises that run overnight; beyond that plots fill the memory."""

FEED_BUFFER_BYTES = 8_388_608
"""Receive buffer asked of the system for a UDP feed: 40,000 plots wait there while the node is busy; the system may give less."""

FEED_REFUSALS_COUNT = 10
"""Refusals of unreadable lines told one by one in a second of link time; the rest is counted, so that a broken feed cannot fill the record."""

PICTURE_PATH_POINTS_COUNT = 240
"""Points of one object's way on a page: at 1 Hz four minutes whole; older ones are thinned, a flight of 75 minutes still shows its curve."""

PICTURE_PATHS_COUNT = 256
"""Ways that a picture keeps: 1,000 objects would be no picture; the longest silent leaves first, the record keeps all."""

PICTURE_LINES_COUNT = 200
"""Lines of the watch log on a page: a night's watch; the record keeps all."""

PICTURE_REFUSALS_COUNT = 128
"""Kinds of refusal (door, reason, source) counted apart on a page; what comes beyond is counted in the sum alone."""

PICTURE_VERSIONS_COUNT = 8
"""Versions of one warning whose way to a recipient a picture keeps: the newest sent, and the older ones that a screen may still show."""

STREAM_S = 0.1
"""Wall time between two messages to one page: ten a second is as fast as a person sees; changes between are joined."""

STREAM_BEAT_S = 0.5
"""Wall time after which a page hears the node's time although nothing changed: it says NO LINK within two seconds, so three beats must be missing."""

ACCOUNTS_COUNT = 256
"""Accounts of one node: some watches of a few persons each."""

PASSWORD_LEAST_CHARACTERS = 12
"""Shortest password: with argon2id and few tries a minute, four plain words are beyond guessing."""

PASSWORD_CHARACTERS = 128
"""Longest password: more only costs time."""

SESSIONS_COUNT = 256
"""Open sessions of one node; beyond that the longest unused one ends."""

SESSION_IDLE_S = 3_600.0
"""Wall time without a command after which a session ends: a watch console is looked at for long before anything is done."""

SESSION_S = 43_200.0
"""Longest session: one watch of twelve hours."""

LOGIN_WINDOW_S = 300.0
"""Wall time over which log-ins are counted."""

LOGIN_FAILURES_COUNT = 5
"""Wrong passwords for one name in that time; then it waits. A person mistypes twice."""

LOGIN_RATE_COUNT = 60
"""Log-ins in all in that time: a shift change of sixty persons; each costs a core some 50 ms."""

STREAM_CLIENTS_COUNT = 32
"""Pages on one node at once: watch officers and a wall; more is refused, so that pages cannot slow the node."""

UNATTENDED_S = 5.0
"""Wall time without an armed page after which a node is unattended: a page that is loaded again is back within a second."""

COMMAND_BYTES = 4_096
"""One command from a page: an id, a version and a reason; larger is refused before it is parsed."""

COMMAND_ANSWER_S = 5.0
"""Wall time that a page's command may wait for the desk: the core answers in milliseconds, and a person must not wait unknowing."""

DRILL_SETTLE_S = 60.0
"""Exercise time after its end for which a drill waits until warnings are closed and messages have arrived."""

DROPPED_TOLD_S = 1.0
"""Link time between two counts of dropped looks: overload must show at once, but not add to itself."""

TICK_LEAST_S = 0.001
"""Link time between two due ticks of a live core: a room that is due again at once cannot hold time still."""

CONTROL_LINE_BYTES = 65_536
"""One control line of a drill: an order or a command is about 200 bytes."""

ORDERS_COUNT = 32
"""Orders of exercise control that a restarted node takes up from its record: those of one drill."""

DRAIN_S = 0.5
"""Link time that an ending node gives its last messages to reach its own server; what does not is offered again after the restart."""

SHOWN_COUNT = 5_000
"""Entries from which a restarted node paints its console anew: a dozen events with their deliveries, read in 0.1 s."""

BUNDLE_FILE_BYTES = 1_048_576
"""One file of a partner's bundle: the server file of a federation of 60 is 70 kB."""

BUNDLE_FILES_COUNT = 32
"""Files of a partner's bundle: description, server file, and three for each mode."""

NODE_READY_S = 60.0
"""Wall time that a drill gives its nodes to come up: they take two seconds on an idle machine; a first start may compile kernels."""

NODE_RESTART_S = 1.0
"""Wall time after which a drill starts a dead process again: as a supervisor would, and long enough to be seen."""

NODE_END_S = 5.0
"""Wall time that an ending node has to step what waits and seal its record; then it is ended by force."""

NODE_LINE_BYTES = 1_048_576
"""One status line of a node: an event with every partner's assessment is 5 kB, one of 64 partners 300 kB."""

DATAGRAM_LINES_BYTES = 32_768
"""Detection lines in one datagram: well under what UDP carries on one machine."""

PACING_LEAST_S = 0.002
"""Wall time between two datagrams to one feed: at 120 x a quarter of a second of the exercise."""

ORDER_AHEAD_S = 0.15
"""Wall time by which an order of pace goes out before it takes effect: all nodes must have it by then."""

DRILL_DRAIN_S = 10.0
"""Wall time after the end of an exercise for which a drill waits until every prompt message has been taken: they take milliseconds."""

WALL_FRAME_S = 0.25
"""Wall time between two frames of a drill's wall: four a second is as fast as three pictures can be compared."""

TABLE_S = 0.25
"""Wall time between two states of a drill's table."""

CAPTIONS_COUNT = 8
"""Captions kept for the table and the wall: as many as are read at once."""

DRILL_GATE_S = 30.0
"""Wall time that the communications check before STARTEX may take: partners are fresh within two heartbeats; more is a fault to be mended first."""

CONTROL_CONNECTIONS_COUNT = 4
"""Consoles of exercise control at one drill at once: EXCON and its deputies."""

DRILL_SETTLE_WALL_S = 10.0
"""Wall time for which a fast drill waits after its end at least: 60 s of the exercise are half a second at 120 x, less than a busy node may lag."""

LEDGER_ENTRIES_COUNT = 200_000
"""Launches, claims and links of one ledger in memory: all public data sets together are about 10,000; more is a file gone wrong."""

DISK_PATIENCE_S = 2.0
"""Link time that a prompt message waits for the record before it leaves without: a warning is worth more than its record, a slow commit takes 0.1 s."""

WIRE_NAME_CHARACTERS = 256
"""One name, id or code in a body or envelope from a partner: ours are under 40; longer would only fill records and pages."""

WIRE_TEXT_CHARACTERS = 4_096
"""A reason that a person wrote, from a partner: as long as one command of ours may be."""

WIRE_LIST_COUNT = 256
"""Entries of a list in a body from a partner: a stance differs in fewer fields than a warning has."""

REORDER_BYTES = 16_777_216
"""Bytes of one prompt lane that wait for a missing earlier message: 8,000 warnings; 64 partners at once stay under 1.1 GB."""

RESEND_S = 0.5
"""Link time between two answers to gap requests of one recipient: half of the time after which an honest one asks again, so that asking costs
us no more than the asker."""

STATEMENT_CHARACTERS = 4_000
"""A joint statement in one language: a page and a half. Three of them, as JSON, fit an envelope."""

STATEMENTS_COUNT = 256
"""Joint statements that a node follows: a year of launches in three circles. The oldest leaves first, the record keeps all."""

EARLY_WORDS_COUNT = 1_024
"""Signatures that came before their statement (members' lanes are not ordered among each other); the oldest leaves first."""

NOTE_CHARACTERS = 400
"""What an officer may add to a drafted statement: one paragraph."""

AGREED_DISTANCE_M = 25_000.0
"""Points nearer than this agree: a released launch point is rounded to 0.1 degree, 14 km across its cell."""

AGREED_LENGTH_M = 20_000.0
"""Ranges and apogees nearer than this agree: reports are rounded to 10 km each."""

AGREED_SHARE = 0.05
"""So do those within 5 %: reporters of one flight differ by that much in their choice of figures."""

AGREED_TIME_S = 30.0
"""Times nearer than this agree: half of the minute to which reports are rounded."""

REFUSAL_TEXT_CHARACTERS = 240
"""What a refusal quotes of bytes that nobody vouches for: enough to find the fault, too little to fill a record."""

FEED_BYTES = 8_388_608
"""One file of dispatches: a feed of a day is under 1 MB; larger is refused before it is parsed."""

FEED_DEPTH = 64
"""Nesting of elements in a feed: RSS and Atom are six deep, with markup inside some twenty."""

ORPHAN_S = 1.5
"""Wall time that a node has to end in order after its drill has died: all of a drill's children are gone within two seconds."""

SENTENCE_CHARACTERS = 4_000
"""One sentence of a dispatch: a long one has 400; a longer one is no sentence, and names nothing."""

CAMPAIGN_RUNS_COUNT = 10_000
"""Runs of one campaign: a rare outcome of 1 in 1,000 shows ten times; all figures of so many are 25 MB."""

CAMPAIGN_WORKERS_COUNT = 256
"""Processes of a campaign on one machine: no machine that plays drills has more cores."""

CAMPAIGN_RUN_S = 900.0
"""Seconds after which a run of a campaign is given up: the longest scenario takes 60 s on an idle core."""

CAMPAIGN_CONNECT_S = 10.0
"""Seconds in which the scheduler of a cluster must answer."""
