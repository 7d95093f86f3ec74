"""Learning how one place's people speak, from recordings of known words; see README.md of this folder."""
