"""One adapter for each simulator that is timed."""
