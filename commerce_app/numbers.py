"""Numbers of users, products, coupons and categories, as requests give them: what their columns can hold."""

from typing import Annotated

from pydantic import Field

Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
