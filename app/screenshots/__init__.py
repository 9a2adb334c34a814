"""Positions read out of pictures of a broker's screen, to be confirmed by their owner."""
