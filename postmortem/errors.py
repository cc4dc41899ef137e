"""What can go wrong in postmortem.

PostmortemError
├── EvidenceError   the server cannot be read, or does not know what was asked for
├── TemplateError   a team's template says what cannot be
├── ProofError      what an action item names as its proof does not hold, or was not shown
├── ArchiveError    a file is no archive of a report, or cannot be read as one
└── OutputError     the report cannot be written
"""


class PostmortemError(Exception):
    """Base of this package's errors; the text is one line for the user."""


class EvidenceError(PostmortemError):
    """Evidence that cannot be had: which address or incident, and what was expected."""


class ProofError(PostmortemError):
    """A proof that does not hold: which item's, and what was expected."""


class ArchiveError(PostmortemError):
    """An archive that cannot be read: which file or part, and what was expected."""


class TemplateError(PostmortemError):
    """A mistake in a folder of templates: which file and key, and what was expected."""


class OutputError(PostmortemError):
    """A report that cannot be written: which path, and why."""
