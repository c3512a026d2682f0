# What the trial has server and agent do.

taken=0

# Tries a command until it succeeds, for thirty seconds, and says what it said then.
patiently() {
    attempts=300
    until "$@" >/tmp/said 2>/tmp/quell.log; do
        attempts=$((attempts - 1))
        [ $attempts -gt 0 ] || { cat /tmp/quell.log >&2; return 1; }
        sleep 0.1
    done
    cat /tmp/said
}

# Whether the server answers.
is_heard() { patiently quell machine list >/dev/null; }

# A word of a JSON document in one line.
word() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"; }

as_server() { runuser -u quell-server -- env QUELL_SERVER_DATA=/var/lib/quell-server "$@"; }

# Nobody's files but the trial's are looked for; and of processes only the trial's can be seen.
narrow_the_policy() {
    sed -i 's|^# roots = .*|roots = ["/srv/trial"]|' /etc/quell-agent/policy.toml
    quell-agent policy check >/dev/null || fail "the policy cannot be narrowed"
}

begin_to_serve() {
    systemctl start quell-server.service
    QUELL_BASE_URL=http://127.0.0.1:8642
    QUELL_AUTHORITY=$QUELL_BASE_URL
    added=$(patiently as_server quell server app add trial --permission Machine.StopAndQuarantine \
        --permission Machine.Read.All --output json) || fail "no application can be added"
    QUELL_TENANT_ID=$(echo "$added" | word tenantId)
    QUELL_CLIENT_ID=$(echo "$added" | word clientId)
    QUELL_CLIENT_SECRET=$(echo "$added" | word clientSecret)
    HOME=/tmp
    export QUELL_BASE_URL QUELL_AUTHORITY QUELL_TENANT_ID QUELL_CLIENT_ID QUELL_CLIENT_SECRET HOME
    is_heard || fail "the server does not answer"
}

enrol_here() {
    as_server quell server device enrol-token >/tmp/token 2>/dev/null
    machine=$(quell-agent enrol --token-file /tmp/token --output json | word machineId)
    [ -n "$machine" ] || fail "the agent cannot enrol"
    systemctl start quell-agent.service
}

# Runs a file whose content nobody has yet, and has it ordered to be stopped. Reading it takes a while.
order_new_file() {
    taken=$((taken + 1))
    file=/srv/trial/file-$taken
    original=/tmp/original-$taken
    cp /bin/sleep "$original"
    echo "$taken" >>"$original"
    truncate -s 128M "$original"
    cp --sparse=always "$original" "$file"
    "$file" 1000 &
    victim=$!
    sha1=$(sha1sum <"$file")
    sha1=${sha1%% *}
    # Until the agent has told that it runs, the server knows no such file.
    ordered=$(patiently quell quarantine "$sha1" --machine "$machine" --comment trial --yes --output json) \
        || fail "the file cannot be ordered"
    action=$(echo "$ordered" | word id)
}

state_of() {
    read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
    stat=${stat##*) }
    state=${stat%% *}
}

# Answers when the file's process is stopped, and the agent that did it, too: so it stays in the middle.
in_the_middle() {
    agent_process=$(cat /run/units/quell-agent.service.pid)
    until state_of "$victim" && [ "$state" = T ]; do
        [ -e "/proc/$victim/exe" ] || fail "the action was over before it could be interrupted"
    done
    kill -STOP "$agent_process"
    state_of "$victim" && [ "$state" = T ] || fail "the agent was too fast to be interrupted"
}

nobody_stands_still() {
    for process in /proc/[0-9]*; do
        state_of "${process#/proc/}" || continue
        [ "$state" != T ] || fail "process ${process#/proc/} was left stopped"
    done
}

# The file's process has ended, the file is gone, and the server was told so.
was_taken() {
    timeout 120 quell action wait "$action" >/tmp/quell.log 2>&1 \
        || { cat /tmp/quell.log >&2; fail "the action did not succeed"; }
    [ ! -e "$file" ] || fail "the file is still there"
    [ -z "$(readlink "/proc/$victim/exe")" ] || fail "the file still runs"
    nobody_stands_still
    item_of_file >/dev/null
}

item_of_file() {
    item=$(quell-agent vault list --output json | tr '{' '\n' | grep "$sha1" | word id)
    [ -n "$item" ] || fail "the file is not in the vault"
    echo "$item"
}
