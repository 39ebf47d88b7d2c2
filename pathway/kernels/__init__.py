"""Fixed jitted kernels over index tables: a new model or drug compiles nothing."""
