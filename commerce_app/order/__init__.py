"""Orders: reserve stock and coupon, debit the wallet, confirm; undone when any of it fails."""
