"""How a report speaks: messages of a language or a team, particles, numbers and times."""
