"""Adapters of the `MarketData` port, one module each; only `app.wiring` imports them."""
