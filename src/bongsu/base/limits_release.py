"""Every bound of what waits before it may leave, or leaves by the clock, with its reason: a part of `limits.py` of its own. Units stand at the end of each
name."""

PENDING_COUNT = 512
"""Subjects that wait for a person or a field's time before they leave: far more than a watch can be asked; decided ones leave first."""

DELAYED_COUNT = 4_096
"""Items that wait for their time: 64 paths at 1 Hz for a minute; the oldest leaves the queue first, unreleased and recorded."""

DELAY_MOST_S = 86_400.0
"""Longest wait that a rule may ask: what is older than a day is no warning, and a queue is no archive."""

NEWS_YOUNG_S = 60.0
"""So long after the first word of an object better figures that predict no impact leave; later none: nobody takes cover by them, and that they cease would
tell an edge of coverage."""

LOST_AFTER_S = 60.0
"""That an object is lost is told to partners so long after the last point of its path: while it may be up, the moment would tell an edge of coverage."""

PATH_YOUNG_S = 600.0
"""So long after the first word of an object a point of its path is told each PATH_S; later PATH_SPARSE_S apart, whether it is seen or not."""

PATH_SPARSE_S = 5.0
"""Event time between two points of a path that is neither young nor near its end: an hour of free flight needs no more."""

PATH_PASSED_S = 900.0
"""The path of an object that went out of sight and does not come down goes on to the next multiple of this age: its end must not tell when that was."""

PATH_END_S = 180.0
"""So long before its computed end a path is told each PATH_S again."""
