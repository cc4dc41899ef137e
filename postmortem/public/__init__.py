"""What people outside are told: the same report without anything internal."""
