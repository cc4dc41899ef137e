"""One module for each place a message can go."""
