"""The application for gunicorn and every other WSGI server."""

from api import create_app

app = create_app()
