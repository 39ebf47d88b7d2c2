"""findings room."""
