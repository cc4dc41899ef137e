"""The durable store of samples: what is committed, what queries see, and the file between them."""
