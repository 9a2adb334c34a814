"""Moving averages, ATR, RSI, MACD and their kin: arrays in, arrays out."""
