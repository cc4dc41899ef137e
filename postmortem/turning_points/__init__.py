"""Where series turn: changes of level, excursions and bends, as figures."""
