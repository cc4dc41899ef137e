"""Lives through an incident on real servers and records what happened."""
