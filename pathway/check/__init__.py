"""Claims about an expanded network, checked: balance, conservation, detailed balance."""

from __future__ import annotations

from pathway.check.report import CheckReport, check_network

__all__ = ["CheckReport", "check_network"]
