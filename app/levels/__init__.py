"""Key levels of a session, a week or a month: pivots, ranges, VWAP, averages."""
