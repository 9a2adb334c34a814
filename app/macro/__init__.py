"""What moves all stocks at once: which sectors lead and which fall behind."""
