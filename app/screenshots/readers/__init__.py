"""Who reads a picture: optical character recognition on this machine, or a vision model."""
