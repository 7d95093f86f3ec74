"""Learning how one place's people speak, from recordings of known words; measured in docs/hearing.md."""
