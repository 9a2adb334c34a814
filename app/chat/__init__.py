"""The conversation in Chainlit: the only place that knows it."""
