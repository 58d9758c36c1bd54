"""What each kind of null says of the places that it decides."""
