"""What moves all stocks at once: which sectors lead, what is scheduled, where rates stand."""
