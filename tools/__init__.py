"""Tools: the functions a model may call, one file a domain."""
