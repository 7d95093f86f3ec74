"""Stubs of thirteen departments, a face simulator and one-time codes: real HTTP, invented data."""
