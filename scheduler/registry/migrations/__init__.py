"""Revisions of the schema; run by alembic, started from registry/schema.py only."""
