"""The recipe of the project's own Mandarin acoustic model; see README.md of this folder."""
