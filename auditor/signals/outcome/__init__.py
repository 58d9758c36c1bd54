"""Do arrests and searches of the group succeed less often?"""
