"""No invented number: figures, the ledger that numbers them, and the check of what was typed."""
