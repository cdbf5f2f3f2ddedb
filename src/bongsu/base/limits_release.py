"""Every bound of what waits before it may leave, with its reason: a part of `limits.py` of its own. Units stand at the end of each name."""

PENDING_COUNT = 512
"""Subjects that wait for a person or a field's time before they leave: far more than a watch can be asked; decided ones leave first."""

DELAYED_COUNT = 4_096
"""Items that wait for their time: 64 paths at 1 Hz for a minute; the oldest leaves the queue first, unreleased and recorded."""

DELAY_MOST_S = 86_400.0
"""Longest wait that a rule may ask: what is older than a day is no warning, and a queue is no archive."""
