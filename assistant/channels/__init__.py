"""The doors: terminal, phone, web page."""
