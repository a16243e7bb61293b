"""Events for other systems, told by signed calls: the guarded way out, the paying of such debts, what an admin does about a subscriber."""
