"""The place as its own control: offence classes exchanged."""
