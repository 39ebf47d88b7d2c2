"""Integration of a compiled network over a schedule, and the untreated steady state."""
