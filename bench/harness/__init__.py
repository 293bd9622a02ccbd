"""Measures telltale and its peers in one run and prints one table; started by bench/run.sh."""
