"""`alerts check`: what a policy can and cannot do, before it runs."""
