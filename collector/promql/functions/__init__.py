"""PromQL's functions, a module for each family; ``call`` brings arguments and functions together."""
