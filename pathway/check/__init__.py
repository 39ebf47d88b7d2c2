"""check room."""
