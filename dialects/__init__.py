"""Dialect packs: data in folders, a loader and a normaliser. In: what was heard. Out: the same in Mandarin words."""
