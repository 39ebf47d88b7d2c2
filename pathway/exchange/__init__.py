"""Scenarios written down for the field's other tools."""
