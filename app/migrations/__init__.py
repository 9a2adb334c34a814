"""Alembic scripts; the first one also makes the role and the policies."""
