"""Bars, quotes and sessions behind the `MarketData` port."""
