"""What is fast, against peers written as well as we can: `python -m benchmarks [name …]`."""
