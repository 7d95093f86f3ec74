"""Repair by sound: what was heard against what can be said now; see README.md of this folder."""
