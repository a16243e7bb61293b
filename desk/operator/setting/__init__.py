"""The settings that an office changes by itself: texts, routing, agencies, holidays, working hours. For admins.

Nothing is rewritten: each change is a row, the newest one counts, and each can be put back.
`forms` reads what was typed, `saving` keeps it, `showing` draws the pages.
"""
