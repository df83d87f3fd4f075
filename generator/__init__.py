"""Static site generator for documentary editions.

The package is a house of floors (docs/architecture.md): a module imports only from the floors below
its own, and tests/test_house.py fails on an upward import.
"""
