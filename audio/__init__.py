"""Hearing and speaking: sound comes in as samples, words go out; words come in, sound goes out."""
