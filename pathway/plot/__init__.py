"""plot room."""
