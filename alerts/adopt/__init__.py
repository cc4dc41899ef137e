"""The first look at a Prometheus that is there: objectives, a signal map, and what its rules are worth."""
