"""The board of the shop: one module a part of it, one function a panel."""
