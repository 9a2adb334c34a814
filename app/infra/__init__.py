"""Plumbing without any knowledge of trading."""
