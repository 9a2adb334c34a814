"""Screens of five brokers as HTML, with the truth about what stands in them."""
