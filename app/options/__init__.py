"""Options: prices, implied volatility, Greeks, odds, and what structures of them can win and lose."""
