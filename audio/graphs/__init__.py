"""Decoding graphs built from the project's own vocabulary; see README.md of this folder."""
