"""Many runs at once: a queue over lane groups and threads, with what became of each run."""
