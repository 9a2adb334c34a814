"""PostgreSQL: one engine, rows, and sessions that speak for exactly one member."""
