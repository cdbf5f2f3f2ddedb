"""Orders of exercise control to a node in a drill."""

from bongsu.model.noun import Noun


class ExerciseOrder(Noun, frozen=True):
    """`order` is startex, pace, pause, resume, hold or endex. From link time `link_ns` on, exercise time runs from `exercise_ns` at `speed`."""

    order: str
    exercise: str
    exercise_ns: int
    link_ns: int
    speed: float
    text: str = ""
