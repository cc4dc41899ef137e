"""The cached read path and the protections around it, one strategy a file."""
