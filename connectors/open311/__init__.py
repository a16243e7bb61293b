"""What other systems post to this hub's own Open311 server (`/open311/v2`, GeoReport v2): an app, a province's system, another hub.

What arrives: a POST of `requests.json` or `requests.xml` with a service code, a place and words, as one complaint; name, mail and phone
stay with the operators. A `media_url` is kept as a link in the words and never fetched.

Set-up:
1. The account `[accounts.open311] channel = "open311"` is there by default; `enabled = false` closes the whole server.
2. `run.py keys add --scope open311 --name "Aplikasi provinsi"` prints a key, once. Hand it over by a safe way.
3. The other system posts with `api_key`; docs/open311.md has calls to try.

Limits (https://wiki.open311.org/GeoReport_v2/): 4,000 characters of description. Ours: 300 posts a minute for each key. Nothing is
sent back by this channel: the other system asks `requests/{id}` for the status.
"""
