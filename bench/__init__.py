"""Benchmarks: ratios within one run, since machines differ."""
