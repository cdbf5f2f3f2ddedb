"""A due tick: an input only when a room has said that it is due."""

from bongsu.model.noun import Noun


class Tick(Noun, frozen=True):
    """The clocks have reached what some room waits for; the times stand in the head."""

    rooms: tuple[str, ...] = ()
