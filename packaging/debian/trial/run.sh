#!/bin/sh
# Installs, upgrades, removes and purges the packages whose directory is the first argument, and lets them work, in a
# copy of this machine that nobody else sees: an overlay, with processes and a network of its own, gone when this ends.
# `cargo xtask deb` runs it as root.
set -eu

here=$(dirname "$(realpath "$0")")
[ "${QUELL_TRIAL:-}" = inside ] || {
    exec env QUELL_TRIAL=inside unshare --mount --propagation private --pid --fork --kill-child --net \
        sh "$0" "$1"
}

scratch=/mnt
mount -t tmpfs none "$scratch"
mkdir "$scratch/upper" "$scratch/work" "$scratch/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$scratch/upper,workdir=$scratch/work" "$scratch/root"
mount -t proc proc "$scratch/root/proc"
mount --bind /dev "$scratch/root/dev"
mount -t tmpfs -o mode=0755 none "$scratch/root/run"
mount -t tmpfs -o mode=1777 none "$scratch/root/tmp"
mkdir "$scratch/root/trial"
cp "$1"/quell-server.deb "$1"/quell-agent.deb "$here"/*.sh "$scratch/root/trial/"
install -m 0755 "$here/systemctl" "$scratch/root/trial/"
ip link set lo up

exec chroot "$scratch/root" env -i PATH=/trial:/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
    sh -eu /trial/inside.sh
