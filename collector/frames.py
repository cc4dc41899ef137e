"""Exceptions that outlive what they broke: without the frames they came through, and all that those hold."""


def without_frames(error: Exception) -> Exception:
    """The same error, its causes too, without tracebacks; log it before.

    A future's error leads through them back to the future: what a request read would stay until the
    garbage collector looks at everything, which may take hours.
    """
    one: BaseException | None = error
    seen: set[int] = set()
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        one.__traceback__ = None
        one = one.__cause__ or one.__context__
    return error
