"""Formulas: conditions and filters in traders' words, checked, written back, and evaluated."""
