#!/bin/sh
# Installs, upgrades, removes and purges the packages whose directory is the first argument, in a copy of this machine
# that nobody else sees: an overlay in a mount namespace, gone when this ends. `cargo xtask deb` runs it as root.
set -eu

[ "${QUELL_TRIAL:-}" = inside ] || {
    exec env QUELL_TRIAL=inside unshare --mount --propagation private sh "$0" "$1"
}

scratch=/mnt
mount -t tmpfs none "$scratch"
mkdir "$scratch/upper" "$scratch/work" "$scratch/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$scratch/upper,workdir=$scratch/work" "$scratch/root"
mount --bind /proc "$scratch/root/proc"
mount --bind /dev "$scratch/root/dev"
mkdir "$scratch/root/packages"
cp "$1"/quell-server.deb "$1"/quell-agent.deb "$scratch/root/packages/"

chroot "$scratch/root" sh -eu <<'INSIDE'
export PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive
fail() { echo "trial: $1" >&2; exit 1; }
both() { dpkg "$@" >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log >&2; fail "dpkg $1"; }; }
step() { echo "  $1"; }

both --install /packages/quell-server.deb /packages/quell-agent.deb
quell --version >/dev/null && quell-agent --version >/dev/null || fail "a program does not start"
id quell-server >/dev/null || fail "the server's user was not made"
[ "$(stat -c '%U:%G %a' /etc/quell/server.toml)" = "root:quell-server 640" ] || fail "others may read server.toml"
quell serve --config /etc/quell/server.toml --check >/dev/null || fail "the server cannot start with its own settings"
step "installed: the programs start, and the server can start with its settings"

if command -v systemd-analyze >/dev/null; then
    systemd-analyze verify /usr/lib/systemd/system/quell-server.service /usr/lib/systemd/system/quell-agent.service \
        || fail "systemd does not like a unit"
    step "units: verified by systemd-analyze"
fi

mkdir -p /var/lib/quell-agent/vault /var/lib/quell-server
echo item >/var/lib/quell-agent/vault/item
echo journal >/var/lib/quell-agent/journal.db
echo data >/var/lib/quell-server/quell.db
echo '# an operator was here' >>/etc/quell/server.toml
both --install /packages/quell-server.deb /packages/quell-agent.deb
tail -n 1 /etc/quell/server.toml | grep -q 'operator was here' || fail "an upgrade lost the operator's settings"
step "upgraded: the settings stayed as the operator had them"

kept() {
    [ "$(cat /var/lib/quell-agent/vault/item /var/lib/quell-agent/journal.db /var/lib/quell-server/quell.db)" \
        = "$(printf 'item\njournal\ndata')" ] || fail "$1 lost data"
}
both --remove quell-server quell-agent
[ ! -e /usr/bin/quell ] && [ ! -e /usr/bin/quell-agent ] || fail "a program was not removed"
kept "removing"
step "removed: vault, journal and data are there"
both --purge quell-server quell-agent
kept "purging"
[ ! -e /etc/quell/server.toml ] || fail "purging left the settings"
step "purged: vault, journal and data are there"
INSIDE
