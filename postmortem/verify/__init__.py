"""Is a stored report what its samples and records say? Its figures, conclusions and documents, made anew."""
