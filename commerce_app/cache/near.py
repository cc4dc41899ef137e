"""What one process has of a cache for itself."""

from dataclasses import dataclass

from commerce_app.cache.absences import Absences
from commerce_app.cache.hot_keys import HotKeys
from commerce_app.cache.local_tier import LocalTier


@dataclass(frozen=True)
class Near:
    copies: LocalTier
    absences: Absences
    hot: HotKeys
