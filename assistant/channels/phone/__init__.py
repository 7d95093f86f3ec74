"""The phone door: a call becomes turns of the assistant."""
