"""One rule a module: a pure function from a draft to findings."""
