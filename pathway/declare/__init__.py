"""declare room."""
