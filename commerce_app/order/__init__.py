"""Order creation: stock, coupon and wallet in one transaction."""
