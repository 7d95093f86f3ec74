"""Finding the very passage: an article by its number, or a passage of imported text by words."""
