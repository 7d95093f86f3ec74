"""The only listener towards people: sessions, limits, pages, WebSocket, turns."""
