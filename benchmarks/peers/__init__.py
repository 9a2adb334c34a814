"""What we compare with: the smallest thing of the same shape, without our house."""
