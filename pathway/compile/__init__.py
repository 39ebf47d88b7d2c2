"""compile room."""
