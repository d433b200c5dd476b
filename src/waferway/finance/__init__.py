"""Project money."""
