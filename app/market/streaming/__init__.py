"""Live prices: one connection to each vendor for the whole installation, and everyone who listens."""
