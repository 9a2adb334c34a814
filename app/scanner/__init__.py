"""Opportunities: setups found over many symbols at once, what they would risk, and what followed."""
