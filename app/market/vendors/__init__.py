"""What stands around a vendor: limits, caches, history, fail-over, and the rules of `MarketData`."""
