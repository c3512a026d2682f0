# The trial itself, in its copy of the machine: what each step shows is said by its line.
set -eu

fail() {
    echo "trial: $1" >&2
    for log in /var/log/quell-*.service.log; do [ ! -e "$log" ] || tail -n 8 "$log" >&2; done
    exit 1
}
step() { echo "  $1"; }
packages() { dpkg "$@" >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log >&2; fail "dpkg $*"; }; }

agent=/trial/quell-agent.deb
server=/trial/quell-server.deb
for state in /var/lib/quell-agent /var/lib/quell-server; do
    [ ! -e "$state" ] || fail "this machine has a $state of its own"
done
# As on a machine that systemd runs.
mkdir -p /run/systemd/system

. /trial/work.sh

packages --install "$server" "$agent"
quell --version >/dev/null && quell-agent --version >/dev/null || fail "a program does not start"
id quell-server >/dev/null && id quell-agent >/dev/null || fail "a user was not made"
[ "$(stat -c '%U:%G %a' /etc/quell/server.toml)" = "root:quell-server 640" ] || fail "others may read server.toml"
quell-agent policy check >/dev/null || fail "the agent does not take the policy that its package brings"
! grep -q ' \(start\|restart\)' /run/units/asked || fail "something was started that nobody asked for"
step "installed: the programs start, the server and the agent take their settings, and nothing runs"

if command -v systemd-analyze >/dev/null; then
    systemd-analyze verify /usr/lib/systemd/system/quell-server.service /usr/lib/systemd/system/quell-agent.service \
        || fail "systemd does not like a unit"
    step "units: verified by systemd-analyze"
fi

mkdir /srv/trial
narrow_the_policy
begin_to_serve
enrol_here
step "enrolled: the server and the agent run as their units say"

order_new_file
was_taken
step "acted: a file was stopped, and lies in the vault"

order_new_file
in_the_middle
packages --install "$agent"
was_taken
step "upgraded in the middle of an action: it was ended, and nobody was left stopped"

order_new_file
in_the_middle
touch /run/units/impatient
packages --install "$agent"
rm /run/units/impatient
grep -q '^processes *1$' /var/log/quell-agent.service.log || fail "nobody was thawed when the agent had ended"
was_taken
step "upgraded while the agent did not end in time: it was killed, and the next one ended the action"

order_new_file
in_the_middle
packages --remove quell-agent
[ ! -e /usr/bin/quell-agent ] || fail "the program was not removed"
nobody_stands_still
step "removed in the middle of an action: nobody was left stopped, and vault and journal are there"
packages --install "$agent"
systemctl enable --now quell-agent.service
was_taken
step "installed again: the action was ended with the old journal"

quell-agent vault restore "$(item_of_file)" >/dev/null || fail "the old vault does not give back"
cmp "$file" "$original" || fail "what the old vault gave back is something else"
step "restored: the file is back, to the byte"

echo '# an operator was here' >>/etc/quell/server.toml
packages --install "$server" "$agent"
tail -n 1 /etc/quell/server.toml | grep -q 'operator was here' || fail "an upgrade lost the operator's settings"
grep -q '^roots' /etc/quell-agent/policy.toml || fail "an upgrade lost the operator's policy"
is_heard || fail "the server does not run after its upgrade"
step "upgraded: the settings stayed as the operator had them, and what ran runs"

kept() {
    [ "$(find /var/lib/quell-agent/vault -name '*.q' | wc -l)" = "$taken" ] && [ -s /var/lib/quell-agent/journal.db ] \
        && [ -s /var/lib/quell-agent/identity.json ] && [ -s /var/lib/quell-server/quell.db ] || fail "$1 lost data"
}
packages --remove quell-server quell-agent
[ ! -e /usr/bin/quell ] && [ ! -e /usr/bin/quell-agent ] || fail "a program was not removed"
kept "removing"
step "removed: vault, journal and data are there"
packages --purge quell-server quell-agent
kept "purging"
[ ! -e /etc/quell/server.toml ] && [ ! -e /etc/quell-agent ] || fail "purging left the settings"
for state in /var/lib/quell-server /var/lib/quell-agent; do
    grep -q "$state.*kept" /tmp/dpkg.log || fail "purging did not say that it kept $state"
done
step "purged: vault, journal and data are there, and that was said"

packages --install "$server" "$agent"
narrow_the_policy
systemctl start quell-server.service
is_heard || fail "the server does not start with its old data"
systemctl start quell-agent.service
order_new_file
was_taken
step "installed again after purging: server and agent know each other, and act"
systemctl stop quell-agent.service
systemctl stop quell-server.service
