"""Background work: a door like the others. Tasks parse, call a service and return."""
