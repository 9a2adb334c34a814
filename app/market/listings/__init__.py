"""The tables behind the directory: one line per symbol, plain text, meant to be read and edited.

Columns are separated by `|`. Stocks: symbol, sector, name, everyday names. Funds and indices: the
same with the sector they follow. Crypto: pair, decimals of its price, name, everyday names.
"""
