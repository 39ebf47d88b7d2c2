"""From the network graph to index tables: reads nothing but the graph."""
