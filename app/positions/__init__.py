"""What a member holds: positions out of changes, their value and their risk."""
