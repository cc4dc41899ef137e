"""Files of SLOs: a module for each format, and what reads files of all of them."""
