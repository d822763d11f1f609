"""A bounded memory of what was asked for last."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_LARGEST_SHARE = 16


class Recent(Generic[K, V]):
    """Keeps the values asked for last, up to a total weight.

    Units: `capacity` is in what `weigh` gives; by default every value weighs 1.
    """

    def __init__(self, *, capacity: int, weigh: Callable[[V], int] = lambda _value: 1) -> None:
        self._capacity = capacity
        # One value may not push out all others.
        self._largest = max(1, capacity // _LARGEST_SHARE)
        self._weigh = weigh
        self._weight = 0
        self._values: OrderedDict[K, V] = OrderedDict()
        self._lock = Lock()

    def find(self, key: K) -> V | None:
        """The value kept under that key, or None."""
        with self._lock:
            found = self._values.get(key)
            if found is not None:
                self._values.move_to_end(key)
            return found

    def keep(self, key: K, value: V) -> None:
        """Keep a value, dropping those not asked for the longest; a very heavy one is not kept."""
        weight = self._weigh(value)
        if weight > self._largest:
            return
        with self._lock:
            replaced = self._values.pop(key, None)
            if replaced is not None:
                self._weight -= self._weigh(replaced)
            self._values[key] = value
            self._weight += weight
            while self._weight > self._capacity:
                _, dropped = self._values.popitem(last=False)
                self._weight -= self._weigh(dropped)
