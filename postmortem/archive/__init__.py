"""The JSON that proves a report: written, named by its digest, read back as evidence."""
