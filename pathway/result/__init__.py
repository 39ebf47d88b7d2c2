"""result room."""
