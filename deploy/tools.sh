#!/bin/sh
# What the tests use beyond Python packages: a browser, a mail server, a message broker. Fetched where that may be done; without them
# their tests are skipped, and say so. The broker is fetched only where its package starts no service (no systemd, or a policy against it).
set -u
wanted="" broker=""
command -v chromium >/dev/null 2>&1 || wanted="$wanted chromium"
[ -x /usr/sbin/dovecot ] || wanted="$wanted dovecot-imapd"
[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || broker=" rabbitmq-server"
if [ -d /run/systemd/system ] && [ ! -x /usr/sbin/policy-rc.d ] && [ -n "$broker" ]; then
    echo "== not here:$broker. Its tests are skipped; its package would start a service, so that is yours to do: sudo apt install$broker"
    broker=""
fi
wanted="$wanted$broker"
[ -n "$wanted" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "== fetching for the tests:$wanted"
    export DEBIAN_FRONTEND=noninteractive
    { timeout 120 apt-get update -qq; timeout 400 apt-get install -y -qq --no-install-recommends $wanted; } </dev/null >/dev/null 2>&1 && exit 0
fi
echo "== not here:$wanted. Their tests are skipped; on Debian: sudo apt install$wanted"
exit 0
