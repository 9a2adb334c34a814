"""Adapters: one for each way out of the house."""
