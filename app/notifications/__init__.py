"""Notifications: what the coach says while nobody looks, told again where the member wants it."""
