"""Populations of virtual cells: the same scenarios under many parameter draws."""
