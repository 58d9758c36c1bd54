"""What the layouts of ICE's own tables have in common."""
