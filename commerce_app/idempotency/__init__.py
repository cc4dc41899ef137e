"""One effect and one answer for each key, however often a request comes."""
