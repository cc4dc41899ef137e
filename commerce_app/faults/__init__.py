"""One fault a module."""
