"""Alerts: what a member wants to be told of, watched on the live stream and told once."""
