"""Lets `python -m api.cli` stand for the installed command."""

from api.cli import main

main()
