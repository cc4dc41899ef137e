"""Rule groups: read, evaluated, remembered across restarts."""
