"""First-come coupons: claimed once per user, used once."""
