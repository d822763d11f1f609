"""The blueprint that all staff pages join, and what a staff page is made with.

The application registers it once for each language. Every view says who may ask for it: `@needs(Right.X)` or
`@signed_in` below the address, and `@takes_upload` if its form carries a file.
"""

from __future__ import annotations

from flask import Blueprint

from api.staff.access import needs, signed_in, takes_upload
from api.staff.addresses import staff_url
from api.staff.current import current_actor, current_staff, staff_book
from api.staff.render import render_staff

__all__ = [
    "current_actor",
    "current_staff",
    "needs",
    "render_staff",
    "signed_in",
    "staff",
    "staff_book",
    "staff_url",
    "takes_upload",
]

staff = Blueprint("staff", __name__)
