"""Systems of equations as programs for one fixed jitted machine: no model compiles anything."""
