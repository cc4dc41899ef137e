"""Files that this process has open, by the paths that name them: /dev/stdout, /dev/fd/3, or a link to one."""

import os
import re
from pathlib import Path

_BY_NUMBER = re.compile(r"(?:/dev|/proc/self|/proc/thread-self)/fd/(\d{1,9})")
_STANDARD = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
_MOST_LINKS = 40  # as Linux follows


def descriptor_of(path: Path) -> int | None:
    """The number of the open file that a path means; None of one that names a file of its own.

    What such a path resolves to may be a file that a shell holds open: to put another in its place would take
    what is in it, and what is printed later.
    """
    at = Path(os.path.abspath(path))  # noqa: PTH100  resolve() would follow the link that is looked for
    for _ in range(_MOST_LINKS):
        if str(at) in _STANDARD:
            return _STANDARD[str(at)]
        if found := _BY_NUMBER.fullmatch(str(at)):
            return int(found[1])
        if not at.is_symlink():
            return None
        at = Path(os.path.abspath(at.parent / at.readlink()))  # noqa: PTH100  one link at a time
    return None
