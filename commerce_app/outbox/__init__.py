"""Events that are written with what they tell, sent at least once, and taken once."""
