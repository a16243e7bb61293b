"""The operators' desk, below /desk/: sign-in, the list, one complaint, manual entry, health, and the pockets. Mounted by `routes.setup`."""
