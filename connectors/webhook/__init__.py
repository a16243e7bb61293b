"""Another application of the city (a super app, a call centre, a kiosk) that hands over what citizens write there, signed.

What arrives
    One JSON object a call, POST to /hooks/webhook/{account}, signed as https://www.standardwebhooks.com describes it:
    {"id": "a-1", "text": "Lampu jalan mati", "sender": "warga-17", "name": "Siti", "phone": "+62812…", "email": "…",
     "subject": "…", "place": "Jl. Melati RT 02", "lat": -6.87, "lon": 107.54, "sent_at": "2026-01-02T10:00:00+07:00",
     "in_reply_to": "…", "command": "status", "anonymous": false, "confidential": false,
     "files": [{"url": "https://app.example.go.id/f/1.jpg", "filename": "1.jpg", "media_type": "image/jpeg", "size": 81234}]}
    `id` is needed, and something said: text, files or a command; other keys are left alone. `id` is the message's key for ever, so
    a call may be repeated until it is answered with 200. `sender` is the application's own stable id of the citizen: with it,
    what follows within the profile's window belongs to the same complaint, and each answer finds its way back.

Set-up
    1. Make a secret and give it to the application's makers over a safe way; keep it in secrets/accounts.aplikasi.secret:
       python3 -c "import base64, os; print('whsec_' + base64.b64encode(os.urandom(32)).decode())"
    2. In hub.toml:
       [accounts.aplikasi]
       channel = "webhook"
       callback_url = "https://app.example.go.id/balasan"    # leave out when citizens are answered elsewhere
    3. The application signs every call: headers webhook-id, webhook-timestamp (seconds), webhook-signature ("v1," and the base64
       of HMAC-SHA256 over "id.timestamp.body"). Libraries for many languages: https://github.com/standard-webhooks/standard-webhooks
    4. `run.py check` sends a signed {"type": "check"} to callback_url. Any 2xx with a JSON object is a yes, `{}` too.
    To change the secret: put the old one into `previous_secret`, the new one into `secret`, and remove the old one after a day.

    Answers are POSTed to callback_url, signed with the same secret and the same headers; webhook-id stays the same on every attempt:
    {"type": "reply", "id": "…", "to": "warga-17", "in_reply_to": "a-1", "subject": null, "text": "…", "automatic": true,
     "buttons": [{"text": "Lihat status", "command": "status"}]}

Limits (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md)
    A call has at most 1 MB and its timestamp is at most five minutes off (`tolerance_seconds`); answers have at most 4,096 characters.
    Files are fetched by https from the hosts named in `file_hosts` only, without following redirects; ten a message (ours).
"""
