"""The clocks of a complaint: working days, limits, what is due next, who is reminded, and what closes by itself."""
