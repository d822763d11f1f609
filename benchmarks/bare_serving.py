"""The registry's own gunicorn settings without what opens its releases: `-c python:benchmarks.bare_serving`."""

from api.serving import *  # noqa: F403 - a configuration is all names of a module

del post_worker_init  # noqa: F821 - one of them
