"""Cases as regression tests: each incident and each quiet day against every change of the rules."""
