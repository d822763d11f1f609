"""Who may ask for a view of the staff's area. A view that does not say so is refused when the area is registered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from exemptions.accounts import Right

View = TypeVar("View", bound=Callable[..., Any])

_MARK = "staff_access"
_UPLOAD_MARK = "staff_upload"


@dataclass(frozen=True, slots=True)
class Access:
    """What a view asks of who calls it."""

    person: bool
    right: Right | None = None
    before_own_password: bool = False
    """Whether somebody may call it whose password was given by another person."""
    before_second_factor: bool = False
    """Whether somebody may call it without a second factor where the settings require one."""


def needs(right: Right) -> Callable[[View], View]:
    """A view for signed-in persons whose role has the right; anybody else's try is answered 403 and noted."""
    return _marked(Access(person=True, right=right))


def signed_in(view: View) -> View:
    """A view for every signed-in person."""
    return _marked(Access(person=True))(view)


def signed_in_for_own_account(view: View) -> View:
    """A view for every signed-in person, also one who has to choose a password of their own first."""
    return _marked(Access(person=True, before_own_password=True, before_second_factor=True))(view)


def signed_in_for_second_factor(view: View) -> View:
    """A view for every signed-in person, also one who has to turn the second factor on first."""
    return _marked(Access(person=True, before_second_factor=True))(view)


def open_to_all(view: View) -> View:
    """A view for who is not signed in: signing in, and nothing else."""
    return _marked(Access(person=False))(view)


def takes_upload(view: View) -> View:
    """A view whose request may carry a file as large as the settings allow; every other takes small forms only."""
    setattr(view, _UPLOAD_MARK, True)
    return view


def access_of(view: Callable[..., Any]) -> Access:
    """What a view asks for.

    Raises: LookupError if it does not say.
    """
    access: Access | None = getattr(view, _MARK, None)
    if access is None:
        raise LookupError(f"{view.__module__}.{view.__qualname__} does not say who may ask for it")
    return access


def is_upload(view: Callable[..., Any]) -> bool:
    """Whether a view takes a file."""
    return bool(getattr(view, _UPLOAD_MARK, False))


def _marked(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, _MARK, access)
        return view

    return mark
