"""Indicators: TA-Lib's formulas, traders' names, and what they say about the last bar."""
