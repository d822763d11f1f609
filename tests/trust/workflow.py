"""The staff's work as a plain model says it should go: what stands, what waits, what is public, and who may do what.

The model knows files as dictionaries, number of a taxpayer → name, and nothing of the book, the files or the index.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

Content = dict[int, str]

GONE = ("refused", "rejected")
WAITING = ("validated", "blocked")
REMOVALS_PCT = 5


@dataclass
class Batch:
    """A file that was sent."""

    file: int
    """Files of the same number have the same bytes."""
    mode: str
    rows: Content
    by: str
    state: str
    place: int = 0
    """In the order of approvals."""


@dataclass
class Model:
    """What the registry should be."""

    book: Content = field(default_factory=dict)
    batches: dict[int, Batch] = field(default_factory=dict)
    releases: dict[int, Content] = field(default_factory=dict)
    """Those that were not withdrawn."""
    withdrawn: set[int] = field(default_factory=set)
    places: int = 0

    @property
    def current(self) -> int | None:
        return max(self.releases, default=None)

    @property
    def next_release(self) -> int:
        return max((*self.releases, *self.withdrawn), default=0) + 1

    def waiting(self) -> list[int]:
        """Batches that somebody has to decide about."""
        return [number for number, batch in self.batches.items() if batch.state in WAITING]

    def approved(self) -> list[Batch]:
        waiting = [batch for batch in self.batches.values() if batch.state == "approved"]
        return sorted(waiting, key=lambda batch: batch.place)

    def standing(self) -> Content:
        """What stands after the batches approved so far."""
        standing = self.book
        for batch in self.approved():
            standing = applied(standing, batch)
        return standing

    def holds(self, batch: Batch, number: int) -> dict[str, int]:
        """What holds a batch back: guard → what was measured."""
        standing, found = self.standing(), {}
        repeats = self._repeats(batch, number)
        if repeats is not None:
            found["older_file"] = repeats
        ended = len(standing.keys() - applied(standing, batch).keys())
        if 100 * ended > REMOVALS_PCT * len(standing):
            found["removals"] = ended
        return found

    def send(self, file: int, mode: str, rows: Content, by: str, *, is_good: bool = True) -> int:
        """Load a file; gives its batch, which is an earlier one if nothing was sent in between."""
        same = self._same(file, mode)
        if same is not None:
            return same
        number = max(self.batches, default=0) + 1
        batch = Batch(file, mode, rows, by, "refused")
        if is_good:
            batch.state = "blocked" if self.holds(batch, number) else "validated"
        self.batches[number] = batch
        return number

    def _same(self, file: int, mode: str) -> int | None:
        accepted = [(n, b) for n, b in self.batches.items() if b.state not in GONE]
        same = [n for n, b in accepted if (b.file, b.mode) == (file, mode)]
        if not same or same[-1] != accepted[-1][0]:
            return None
        batch, standing = self.batches[same[-1]], self.standing()
        return None if batch.state == "published" and applied(standing, batch) != standing else same[-1]

    def _repeats(self, batch: Batch, number: int) -> int | None:
        overtaken = False
        for earlier, other in self._accepted_below(number):
            if other.file != batch.file:
                overtaken = True
            elif overtaken:
                return earlier
            elif other.state in ("approved", "published"):
                return None
        return None

    def _accepted_below(self, number: int) -> Iterator[tuple[int, Batch]]:
        for earlier in sorted(self.batches, reverse=True):
            if earlier < number and self.batches[earlier].state not in GONE:
                yield earlier, self.batches[earlier]

    def approve(self, number: int) -> None:
        self.places = max((batch.place for batch in self.batches.values()), default=0) + 1
        self.batches[number].state, self.batches[number].place = "approved", self.places

    def reject(self, number: int) -> None:
        place, self.batches[number].place = self.batches[number].place, 0
        self.batches[number].state = "rejected"
        if place:
            self.send_back(after=place)

    def send_back(self, *, after: int = 0) -> None:
        for batch in self.approved():
            if batch.place > after:
                batch.state, batch.place = "validated", 0

    def publish(self) -> int | None:
        """Gives the release that it made."""
        altered = False
        for batch in self.approved():
            after = applied(self.book, batch)
            altered, self.book = altered or after != self.book, after
            batch.state = "published"
        if not altered:
            return None
        self.releases[self.next_release] = dict(self.book)
        return self.current

    def roll_back(self, number: int) -> int | None:
        if number == self.current:
            return None
        self.book = dict(self.releases[number])
        self.send_back()
        self.releases[self.next_release] = dict(self.book)
        return self.current

    def brought(self, number: int) -> set[tuple[int, str]]:
        """What a release showed first."""
        earlier = (content for known, content in self.releases.items() if known < number)
        return set(self.releases[number].items()) - {pair for content in earlier for pair in content.items()}


def applied(standing: Content, batch: Batch) -> Content:
    """What stands after a batch."""
    return dict(batch.rows) if batch.mode == "replace" else {**standing, **batch.rows}
