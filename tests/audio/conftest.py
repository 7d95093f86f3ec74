"""Fixtures of the audio tests: the virtual sound card."""

from tests.sound_card import sound_card  # noqa: F401
