"""The service, which hashes a file of its release again at each look and soon tries again what it refused; gunicorn
runs it in a test, which would else last for as many minutes as a release has files."""

from functools import partial

import api.app
from api import create_app
from exemptions.store import ReleaseStore

api.app.ReleaseStore = partial(ReleaseStore, reread_s=0.0, retry_s=1.0)  # type: ignore[misc,assignment]
app = create_app()
