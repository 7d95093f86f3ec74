"""Measures the whole stack: `make bench`. Reports, never asserts."""
