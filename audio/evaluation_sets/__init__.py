"""In-domain test speech made from what exists: assembled from people, spoken by unheard synthetic voices, read."""
