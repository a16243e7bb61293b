#!/bin/sh
# What the tests use beyond Python packages: a browser and a mail server. Fetched where that may be done; without them their tests are
# skipped, and say so.
set -u
wanted=""
command -v chromium >/dev/null 2>&1 || wanted="$wanted chromium"
[ -x /usr/sbin/dovecot ] || wanted="$wanted dovecot-imapd"
[ -n "$wanted" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "== fetching for the tests:$wanted"
    export DEBIAN_FRONTEND=noninteractive
    { timeout 120 apt-get update -qq; timeout 400 apt-get install -y -qq --no-install-recommends $wanted; } </dev/null >/dev/null 2>&1 && exit 0
fi
echo "== not here:$wanted. Their tests are skipped; on Debian: sudo apt install$wanted"
exit 0
