"""Records without an ethnic group."""
