"""The receiver of remote write 1.0."""
