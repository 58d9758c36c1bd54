"""Is ethnicity recorded faithfully: signals about the records themselves."""
