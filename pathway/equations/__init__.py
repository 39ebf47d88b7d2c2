"""Systems of equations as values: expressions, rates, rules and events of models from elsewhere."""
