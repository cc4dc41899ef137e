"""The two databases: engines, pools, tables and data."""
