"""Statements by names of their own: what metrics show of them, never their text."""

from enum import StrEnum

from sqlalchemy import TextClause, text
from sqlalchemy.engine.interfaces import ExecutionContext

OPTION = "shop_statement"


class Statement(StrEnum):
    """What a statement is for; several that do one step share its name."""

    PRODUCT_DETAIL = "product_detail"
    PRODUCT_STANDING = "product_standing"
    BOUGHT_TOGETHER = "bought_together"
    POPULAR_PRODUCTS = "popular_products"
    CATALOGUE = "catalogue"
    RANKING = "ranking"
    USER_ORDERS = "user_orders"
    WALLET_ACCOUNT = "wallet_account"
    LOCK_STOCK = "lock_stock"
    USE_COUPON = "use_coupon"
    RESERVE_ORDER = "reserve_order"
    PAY_ORDER = "pay_order"
    CONFIRM_ORDER = "confirm_order"
    SETTLE_ORDERS = "settle_orders"
    UNDO_ORDER = "undo_order"
    CLAIM_COUPON = "claim_coupon"
    LOCK_WALLET = "lock_wallet"
    CHARGE_WALLET = "charge_wallet"
    IDEMPOTENCY_KEY = "idempotency_key"
    # Whatever has no name: add one when it shows.
    OTHER = "other"

    def sql(self, statement: str) -> TextClause:
        """A statement whose time is counted under this name."""
        return text(statement).execution_options(**{OPTION: self})


def name_of(context: ExecutionContext | None) -> Statement:
    """The name of the statement that is executed."""
    options = context.execution_options if context is not None else {}
    name: Statement = options.get(OPTION, Statement.OTHER)
    return name
