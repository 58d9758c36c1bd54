"""What changed between reviews of the same places, with the looks accounted for."""
