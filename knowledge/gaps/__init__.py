"""What we could not answer: cases without personal data, grouped, and drafts of the entries they ask for."""
