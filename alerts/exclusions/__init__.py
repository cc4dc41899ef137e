"""Times that budgets leave out, and the files that say them."""
