"""The report put into words: one module for each of the document's chapters."""
