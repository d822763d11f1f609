"""What only the staff's process can tell of itself in figures: it reads the book."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from sqlalchemy import func, select

from api.staff.blueprint import staff_book
from api.state import app_state
from exemptions.batches import State
from exemptions.calendar import guatemala_day
from exemptions.dataset_state import describe_datasets
from exemptions.errors import RegistryError
from exemptions.models import Batch

_WAITING = (State.VALIDATED, State.BLOCKED, State.APPROVED)


def staff_figures() -> Iterator[Metric]:
    """Days that the next file of each dataset is late, and how many batches wait in each state."""
    today = guatemala_day(app_state().clock())
    reached = GaugeMetricFamily("registry_book_reached", "1 if the book of record could be read just now.")
    try:
        with staff_book().read() as session:
            states = describe_datasets(session)
            counted = select(Batch.state, func.count()).where(Batch.state.in_(_WAITING)).group_by(Batch.state)
            found = {name: number for name, number in session.execute(counted)}  # noqa: C416
    except RegistryError:
        reached.add_metric([], 0)
        yield reached
        return
    reached.add_metric([], 1)
    yield reached
    late = GaugeMetricFamily("registry_dataset_overdue_days", "Days that the next file is late.", labels=["dataset"])
    for state in states:
        late.add_metric([state.dataset.value], max(0, state.days_overdue(today)))
    yield late
    waiting = GaugeMetricFamily("registry_batches_waiting", "Batches that wait for somebody.", labels=["state"])
    for name in _WAITING:
        waiting.add_metric([name.value], found.get(name, 0))
    yield waiting
