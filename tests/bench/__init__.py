"""Benches: ours beside the peer on the same samples, in one run, as ratios of medians."""
