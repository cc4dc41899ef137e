"""From when to when users were hurt, how many and how much."""
