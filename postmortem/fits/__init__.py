"""Levels, steps, ramps and bends fitted to samples: arrays in, arrays out, no figure of a report yet."""
