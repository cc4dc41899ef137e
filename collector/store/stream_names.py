"""Names of streams as text that any database keeps: jobs and files, of which they tell, have any names."""

import re

_ESCAPE = re.compile(r"\\(?:\\|u([0-9a-f]{4}))")


def stored_name(name: str) -> str:
    r"""The name, with ``\uXXXX`` for NUL, which PostgreSQL keeps in no text, and for lone surrogates."""
    escaped = name.replace("\\", "\\\\").replace("\0", "\\u0000")
    return escaped.encode("utf-8", "backslashreplace").decode()


def name_of(stored: str) -> str:
    """Undoes ``stored_name``."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else "\\", stored)
