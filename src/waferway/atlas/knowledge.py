"""What the world could know on a day."""
