"""OpenSLO v1, our native format; what it has no word for stands in ``fireline/…`` annotations."""

from alerts.formats.openslo.reader import is_openslo, read_openslo

__all__ = ["is_openslo", "read_openslo"]
