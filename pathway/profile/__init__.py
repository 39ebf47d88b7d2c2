"""profile room: measured abundances and clinical status turned into contexts, on one scale."""
