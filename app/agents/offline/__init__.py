"""The offline coach: a chat model without a key.

It understands questions by grammar (symbols, dates, timeframes, level names), decides by cue words
and by likeness to the tools' own examples, and answers with the tools' own sentences.
"""
