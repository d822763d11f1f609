"""A small memory of answers: a release never changes, so what was computed once stays right."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class AnswerCache(Generic[Answer]):
    """Keeps the answers used last, for several threads at once.

    It belongs to its release and goes with it, which a cache on a module's function would not. No answer is None.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, compute: Callable[[], Answer]) -> Answer:
        """The answer of `key`, computed if it is not known.

        Two threads that ask for the same new answer at once both compute it; neither waits for the other.
        """
        known = self.find(key)
        if known is None:
            known = compute()
            self.keep(key, known)
        return known

    def find(self, key: Hashable) -> Answer | None:
        """The answer of `key` if it is known."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def keep(self, key: Hashable, answer: Answer) -> None:
        """Keep an answer in place of the one that was not used for longest."""
        with self._lock:
            self._answers[key] = answer
            self._answers.move_to_end(key)
            while len(self._answers) > self._size:
                self._answers.popitem(last=False)

    def values(self) -> list[Answer]:
        """The answers kept."""
        with self._lock:
            return list(self._answers.values())

    def drop(self, key: Hashable) -> None:
        """Forget an answer, if it is known."""
        with self._lock:
            self._answers.pop(key, None)

    def __len__(self) -> int:
        """How many answers are kept."""
        return len(self._answers)
