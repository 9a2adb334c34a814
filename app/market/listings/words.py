"""Tickers and everyday names, folded, that English uses for something else."""

WORDS = """
a ai all app arm b ba c car cat ci coin comp cost d dash de dia dis dot dow eat f fast fun gap gm
has hd hood it key link low luv m ma mid mo ms net now o on open pep pins play plug pm real riot
run shop snap snow so sol spot t tap team u ups v w well z
apple ark avalanche block bonds booking brazil carnival charter china chips citi coke
constellation crude elon ether gold intuitive japan junk lam lucid materials meta oil oracle
progressive retailers ripple shell silver southwest spider spiders square staples target thermo
treasuries unity upstart utilities vertex visa volatility warner wells zoom
nas nasdaq russell amazon
"""
