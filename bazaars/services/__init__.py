"""Deeds: ``events`` (the Sudin prepares), ``applying`` (participants), ``drawing`` (the ceremony)."""
