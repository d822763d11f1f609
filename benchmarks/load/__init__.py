"""The service under the load of a day on which everybody comes: `python -m benchmarks.load`; `make load` calls it."""
