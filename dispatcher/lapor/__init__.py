"""SP4N-LAPOR!'s export of 21 columns: written for keying in and reporting, read to learn Tracking IDs and statuses."""
