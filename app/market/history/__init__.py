"""Bars and prices that providers said, kept in PostgreSQL."""
