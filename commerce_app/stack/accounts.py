"""The system user that servers run under when we are root: PostgreSQL refuses to be root."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from commerce_app.stack.errors import StackError

CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int


def server_account() -> Account | None:
    """The user to run servers under; None when we are not root and run them as ourselves.

    Raises:
        StackError: when we are root and none of the candidates exists.
    """
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise StackError(
        f"PostgreSQL does not run as root: expected one of the system users {', '.join(CANDIDATES)}"
    )


def can_reach(path: Path, account: Account) -> bool:
    """Whether ``account`` may enter every folder on the way to ``path``, and ``path`` itself."""
    resolved = path.resolve()
    return all(_may_enter(folder, account) for folder in (resolved, *resolved.parents))


def _may_enter(path: Path, account: Account) -> bool:
    status = path.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)
