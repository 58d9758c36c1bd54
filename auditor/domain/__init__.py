"""The words of the field: groups, events, offences, levels, places, periods, sources and ledgers."""
