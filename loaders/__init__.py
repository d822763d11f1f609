"""Readers of what staff send: decode, map, validate, stage and report."""
