"""E-mail: citizens write to the office's mailbox; answers come from the same address."""
