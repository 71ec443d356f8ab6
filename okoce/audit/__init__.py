"""The audit trail. `from okoce.audit.services import record`."""
