"""Group the canonical tables into the cells of an audit: arrays come out, rows stay in DuckDB."""
