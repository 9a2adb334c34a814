"""Stand-ins of vendors: small real servers that speak a vendor's language, for tests and benchmarks."""
