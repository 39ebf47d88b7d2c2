"""Eight runs side by side: programs, sparse elimination and integration over tables."""
