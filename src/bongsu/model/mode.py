"""The five modes of operation. Only `real` ever reaches a live outlet; the mode stands inside every signed message."""

from enum import StrEnum


class Mode(StrEnum):
    """What kind of world an item belongs to."""

    REAL = "real"
    EXERCISE = "exercise"
    REPLAY = "replay"
    SIMULATION = "simulation"
    TEST = "test"
