#!/usr/bin/env bash
# deb.sh OUT makes a Debian package of the programs in bin/ and the scripts.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:-bin}
version=${VERSION:-0.0.$(git log -1 --format=%cd --date=format:%Y%m%d%H%M 2>/dev/null || date +%Y%m%d%H%M)}
arch=$(dpkg --print-architecture)
root=$(mktemp -d)
chmod 0755 "$root"
trap 'rm -rf "$root"' EXIT

install -D -m 0755 bin/host "$root/usr/bin/hotshard"
install -D -m 0755 bin/console "$root/usr/bin/hotshard-console"
install -D -m 0644 host/deploy/hotshard.service "$root/lib/systemd/system/hotshard.service"
install -D -m 0644 README.md "$root/usr/share/doc/hotshard/README.md"
install -D -m 0644 LICENSE "$root/usr/share/doc/hotshard/copyright"
install -D -m 0644 host/metrics/alerts.yml "$root/usr/share/hotshard/metrics/alerts.yml"
install -D -m 0644 host/metrics/dashboard.json "$root/usr/share/hotshard/metrics/dashboard.json"
install -d "$root/usr/share/bash-completion/completions"
bin/host completion bash | sed 's/complete \(.*\) host$/complete \1 hotshard/' > "$root/usr/share/bash-completion/completions/hotshard"
find scripts -type f -exec install -D -m 0644 {} "$root/usr/share/hotshard/"{} \;
install -D -m 0644 /dev/stdin "$root/etc/hotshard.env" <<'ENV'
# The shard's flags, each as HOTSHARD_ and its name in capitals: hotshard serve --help
HOTSHARD_SHARD=
#HOTSHARD_LISTEN=0.0.0.0:7777
#HOTSHARD_TLS_CERT=/etc/hotshard/cert.pem
#HOTSHARD_TLS_KEY=/etc/hotshard/key.pem
ENV

mkdir -p "$root/DEBIAN"
cat > "$root/DEBIAN/control" <<CONTROL
Package: hotshard
Version: $version
Architecture: $arch
Maintainer: hotshard <root@localhost>
Depends: libc6, passwd
Section: games
Priority: optional
Installed-Size: $(du -sk "$root" | cut -f1)
Description: hot-reloadable game server
 A server for one shared universe of thousands of solar systems, whose every
 script can be changed while players fly.
CONTROL
echo /etc/hotshard.env > "$root/DEBIAN/conffiles"
cat > "$root/DEBIAN/postinst" <<'SH'
#!/bin/sh
set -e
if [ "$1" = configure ]; then
  getent passwd hotshard >/dev/null || useradd --system --home-dir /var/lib/hotshard --shell /usr/sbin/nologin hotshard
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl try-restart hotshard || true
  fi
  if grep -q '^HOTSHARD_SHARD=$' /etc/hotshard.env 2>/dev/null; then
    echo 'Give the shard a name in /etc/hotshard.env, then: systemctl enable --now hotshard'
  fi
fi
SH
cat > "$root/DEBIAN/prerm" <<'SH'
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  systemctl disable --now hotshard || true
fi
SH
chmod 0755 "$root/DEBIAN/postinst" "$root/DEBIAN/prerm"
mkdir -p "$out"
dpkg-deb --root-owner-group --build "$root" "$out/hotshard_${version}_$arch.deb"
