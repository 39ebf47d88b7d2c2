"""expand room."""
