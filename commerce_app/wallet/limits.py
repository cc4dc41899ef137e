"""What a wallet may hold, in won."""

from commerce_app.errors import RejectedError

BALANCE_LIMIT = 10_000_000


def rejection(balance: int | None, user_id: int, amount: int) -> RejectedError | None:
    """Why the amount may not be added to a wallet with this balance; None: there is no wallet."""
    if balance is None:
        return RejectedError(404, f"no wallet of user {user_id}")
    if balance + amount > BALANCE_LIMIT:
        return RejectedError(409, f"a wallet holds at most {BALANCE_LIMIT} won")
    return None
