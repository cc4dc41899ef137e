"""Product detail and popular products: the read side that the cache protects."""
