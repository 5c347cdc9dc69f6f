#!/bin/sh
# Switches this host to a new system, and back again unless it is told in time to keep it.
#
# It runs as a transient unit of its own, so it outlives the connection that started it, and the new
# system cannot stop it. Silence means roll back. Beside this file:
#   plan          what to do, written by the bot: id old new target profile_link generation boot_only and the deadlines
#                 (seconds). target, where new is a specialisation: the system it belongs to, for profile and boot entry
#   active-units  units that ran before, one a line; they have to run again after a roll back
#   state         one line, replaced by rename:
#                   activating | activated EXIT | acked EXIT | committing | rolling-back WHY
#                 and the final ones:
#                   committed LINK | rolled-back WHY | rollback-failed WHY | superseded WHY | refused WHY
#   log           what was said and done; the unit's journal has it too, for after a reboot. It only grows, and has a bound
#   reserve       room in /run that is given up for a roll back
#   ack, commit, rollback   what the bot answers: over a fresh connection "I can reach you", then whether to keep it. Each
#                 brings its own secret word, whose hash is in the plan: a file with anything else in it is no answer
#
# usage: supervisor.sh run | finish | show OFFSET | ack | decide commit|rollback [WHY]; the last two read the word from stdin
set -u
dir=${0%/*}
profile=/nix/var/nix/profiles/system
nixos_lock=/run/nixos/switch-to-configuration.lock
# Written by the bot, every value quoted.
# shellcheck source=/dev/null
. "$dir/plan"
: "${id:?}" "${old:?}" "${new:?}" "${profile_link?}" "${generation?}" "${boot_only?}"
: "${activate_within:?}" "${ack_within:?}" "${commit_within:?}" "${rollback_within:?}"
: "${ack_hash:?}" "${commit_hash:?}" "${rollback_hash:?}"

target=${target:-$new}

# What runs when all is done: with boot_only the old system goes on, and the new one waits for the next boot.
runs=$new
[ -z "$boot_only" ] || runs=$old

say() { printf '%s %s\n' "$(date -u +%H:%M:%S)" "$*" >>"$dir/log"; }

reached=starting
set_state() {
  reached=$*
  say "state: $*"
  if is_final "$*"; then rm -f "$dir/reserve"; fi
  printf '%s\n' "$*" >"$dir/state.new" && mv -f "$dir/state.new" "$dir/state"
}

state() { cat "$dir/state" 2>/dev/null || echo starting; }

is_final() {
  case $1 in committed\ * | rolled-back\ * | rollback-failed\ * | superseded\ * | refused\ *) return 0 ;; esac
  return 1
}

# The wall clock may jump (the new system may set it), so deadlines count the seconds since boot.
seconds_up() {
  read -r up _ </proc/uptime
  echo "${up%%.*}"
}

current() { readlink -f /run/current-system; }
profile_name() { readlink "$profile"; }

# The switch program's exit 2 ("a script of the activation failed") is overwritten by 4 as soon as any unit has failed, so
# the activation tells by itself how it ended: it is a bash script, and bash reads the file named in BASH_ENV first. Its own
# children do without it. An activation that sets a trap on EXIT of its own replaces this one; then its lines count.
watch_activation() {
  rm -f "$dir/activation"
  cat >"$dir/bash-env" <<END || return
case \$0 in
  */activate)
    unset BASH_ENV
    trap 'printf "%s\\n" "\$?" >"$dir/activation"' EXIT
    ;;
esac
END
  export BASH_ENV="$dir/bash-env"
}

# activation_trouble EXIT FROM: why the activation failed, and nothing when it did not: as its marker tells or, without one, the
# log from byte FROM on. With a marker nothing that an activation prints can pass for a failure.
activation_trouble() {
  status=
  [ ! -e "$dir/activation" ] || read -r status <"$dir/activation"
  snippets=$(since "$2" | grep -a -x -m 5 "Activation script snippet '.*' failed ([0-9]*)" | cut -c 1-200 | tr '\n' ';')
  case $status in
    0) return ;;
    "")
      # Only 4 hides a 2.
      [ "$1" -eq 4 ] || return
      [ -n "$snippets" ] || since "$2" | grep -a -q -x "Failed to run activate script" || return
      ;;
  esac
  echo "the activation script of the new system failed${status:+ with $status}${snippets:+: ${snippets%;}}"
}

since() { tail -c "+$(($1 + 1))" "$dir/log"; }

# keep_log: takes what a program prints, whatever its size, and never ends before it. The first 4 MiB go straight to
# the log, then the newest 1 to 2 MiB are kept for its end, and the log says how much is left out in between.
# dd takes what there is, so that a slow program is seen while it runs; head fills its megabyte.
keep_log() {
  dd bs=256 count=16384 status=none >>"$dir/log"
  seen=0
  next_word=1
  rm -f "$dir/tail.old"
  while head -c 1048576 >"$dir/tail.new" && [ -s "$dir/tail.new" ]; do
    if [ "$seen" -ge 2 ] && [ "$seen" -ge "$next_word" ]; then
      say "the output is too long for this log: $((seen - 1)) MiB left out so far"
      next_word=$((seen * 4))
    fi
    [ "$seen" -eq 0 ] || mv -f "$dir/tail.last" "$dir/tail.old"
    mv -f "$dir/tail.new" "$dir/tail.last"
    seen=$((seen + 1))
  done
  if [ "$seen" -gt 0 ]; then
    [ "$seen" -le 2 ] || say "$((seen - 2)) MiB of output left out here; what follows is its end"
    cat "$dir/tail.old" "$dir/tail.last" >>"$dir/log" 2>/dev/null
    rm -f "$dir/tail.old" "$dir/tail.last"
  fi
  rm -f "$dir/tail.new"
  # With /run full nothing can be written; the program must not see that.
  cat >/dev/null
}

# logged COMMAND…: what it prints goes to the log, by keep_log. A daemon that it leaves behind may hold the pipe
# open for ever: the end of the output is waited for, but not for long.
logged() {
  pipe=$dir/pipe.$$
  rm -f "$pipe"
  if ! mkfifo "$pipe" 2>/dev/null; then
    "$@" >/dev/null 2>&1 </dev/null 9>&-
    return
  fi
  keep_log <"$pipe" 9>&- &
  keeper=$!
  "$@" >"$pipe" 2>&1 </dev/null 9>&-
  ended=$?
  rm -f "$pipe"
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    kill -0 "$keeper" 2>/dev/null || break
    sleep 0.2
  done
  return "$ended"
}

# NixOS's own lock: held, free, or unknown, where that cannot be told. Only a lock that is seen to be held is waited for.
lock_state() {
  if [ ! -e "$nixos_lock" ]; then
    echo free
    return
  fi
  flock -n -E 75 "$nixos_lock" true 9>&- 2>/dev/null
  case $? in 0) echo free ;; 75) echo held ;; *) echo unknown ;; esac
}

# Waits until END (seconds since boot) for NixOS's lock.
await_lock() {
  while [ "$(lock_state)" = held ]; do
    [ "$(seconds_up)" -lt "$1" ] || return 1
    sleep 2
  done
}

# switch_to TOPLEVEL ACTION SECONDS: runs the switch script of a system; its exit code, or 124 when it took too long.
# What may have begun is never run again: only where another switch took the lock at the last moment, and the program
# said nothing but that, and the lock is seen to be held, it is. $kept_out is yes where the lock kept it from beginning.
switch_to() {
  end=$(($(seconds_up) + $3))
  kept_out=
  while :; do
    if ! await_lock "$end"; then
      say "NixOS's own lock is held by another switch"
      kept_out=yes
      return 75
    fi
    left=$((end - $(seconds_up)))
    [ "$left" -gt 0 ] || left=1
    say "$1/bin/switch-to-configuration $2"
    said_from=$(($(wc -c <"$dir/log") + 1))
    logged timeout --kill-after=30 "$left" "$1/bin/switch-to-configuration" "$2"
    code=$?
    said=$(tail -c "+$said_from" "$dir/log" | head -c 200)
    say "exit $code"
    case $code:$said in
      0:*) return 0 ;;
      *:"Could not acquire lock"*) [ "$(lock_state)" = held ] || return "$code" ;;
      *) return "$code" ;;
    esac
    sleep 2
  done
}

# Whether a unit runs, or has done its work: one that ended well by itself is not missing.
is_well() {
  case $(systemctl is-active -- "$1") in
    active | activating | reloading) return 0 ;;
    inactive) [ "$(systemctl show --value --property=Result -- "$1")" = success ] ;;
    *) return 1 ;;
  esac
}

# Starts what ran before and does not run now: switching back does not start a unit again that failed in between.
# Leaves the names of those that do not come up in $missing.
start_missing_units() {
  set --
  while IFS= read -r unit; do
    systemctl is-active --quiet -- "$unit" || set -- "$@" "$unit"
  done <"$dir/active-units"
  missing=
  [ $# -gt 0 ] || return 0
  say "starting what ran before: $*"
  logged timeout 120 systemctl start -- "$@"
  # A service of the simple kind is started at once, and may fail a moment later.
  sleep 1
  for unit; do is_well "$unit" || missing="$missing $unit"; done
  [ -z "$missing" ]
}

set_profile() { logged timeout --kill-after=10 120 nix-env -p "$profile" "$@"; }

# Puts profile and boot loader back where they were, when a commit had begun. The generation that the commit
# made goes away; one that was there before stays, since nix-env takes an equal one again instead of a new one.
restore_profile() {
  [ -e "$dir/committing" ] || return 0
  made=$(profile_name)
  if [ "$made" != "$profile_link" ]; then
    [ -n "$profile_link" ] || return 1
    number=${profile_link#system-}
    set_profile --switch-generation "${number%-link}" || return 1
    if ! grep -qxF "${profile%/*}/$made" "$dir/generations"; then
      number=${made#system-}
      set_profile --delete-generations "${number%-link}"
    fi
  fi
  switch_to "$(readlink -f "$profile")" boot "$rollback_within"
}

# systemd refuses to reload with less than 16 MiB free in /run, so a roll back needs room there.
reserve_room() {
  head -c 25165824 /dev/zero >"$dir/reserve" 2>/dev/null && return 0
  rm -f "$dir/reserve"
  return 1
}

roll_back() {
  rm -f "$dir/reserve"
  why=$*
  now=$(current)
  if [ "$now" != "$old" ] && [ "$now" != "$new" ]; then
    set_state "superseded $now runs, which is neither the old nor the new system"
    return
  fi
  set_state "rolling-back $why"
  # What the new system broke must not keep the old one from coming back, as its own checks before a switch might.
  export NIXOS_NO_CHECK=1
  trouble=
  if [ -e "$dir/committing" ]; then
    restore_profile || trouble="$trouble; the profile or boot loader could not be put back"
  elif [ "$(profile_name)" != "$profile_link" ]; then
    # Somebody else's profile is left alone; the new system is taken back all the same, it may be out of reach.
    why="$why; the profile was changed to $(profile_name) meanwhile and is left so"
  fi
  if [ -z "$boot_only" ]; then
    switch_to "$old" test "$rollback_within"
    code=$?
    # 2: a script of the old system's own activation failed; 4: some unit failed. Both are looked at below.
    case $kept_out$code in
      0 | 2 | 4) ;;
      yes*) trouble="$trouble; NixOS's own lock was held by another switch all the time" ;;
      *) trouble="$trouble; switching back exited with $code" ;;
    esac
    start_missing_units || trouble="$trouble; not running:$missing"
  fi
  [ "$(current)" = "$old" ] || trouble="$trouble; $(current) runs"
  if [ -z "$trouble" ]; then
    set_state "rolled-back $why"
  else
    set_state "rollback-failed $why$trouble"
  fi
}

# Whether somebody changed the host: it does not run SYSTEM, or its profile is another one than before.
is_changed() { [ "$(current)" != "$1" ] || [ "$(profile_name)" != "$profile_link" ]; }

leave_alone() { set_state "superseded the host was changed $1: $(current) runs, the profile is $(profile_name)"; }

is_committed() { [ "$(current)" = "$runs" ] && [ "$(readlink -f "$profile")" = "$target" ]; }

commit() {
  if is_changed "$runs"; then
    leave_alone "before the commit"
    return
  fi
  # Waited for before anything is changed, not in between.
  if ! await_lock $(($(seconds_up) + activate_within)); then
    why="NixOS's own lock was held by another switch"
    if [ -n "$boot_only" ]; then set_state "refused $why"; else roll_back "$why"; fi
    return
  fi
  ls -d "$profile"-*-link >"$dir/generations" 2>/dev/null
  # Without this note nobody would know that profile and boot loader have to be put back.
  if ! touch "$dir/committing"; then
    roll_back "the commit could not be noted in $dir"
    return
  fi
  set_state committing
  if [ -n "$generation" ]; then
    set -- --switch-generation "$generation"
  else
    set -- --set "$target"
  fi
  if ! set_profile "$@"; then
    roll_back "the profile could not be set"
  elif ! is_committed; then
    leave_alone "during the commit"
  elif ! switch_to "$target" boot "$activate_within"; then
    roll_back "the boot loader could not be written"
  elif ! is_committed; then
    leave_alone "during the commit"
  else
    set_state "committed $(profile_name)"
  fi
}

# is_word NAME WORD: whether this is the secret word of that answer. The word is no argument of any program.
is_word() {
  case $1 in ack) hash=$ack_hash ;; commit) hash=$commit_hash ;; rollback) hash=$rollback_hash ;; *) return 1 ;; esac
  [ "$(printf %s "$2" | sha256sum)" = "$hash  -" ]
}

# answered NAME: whether the bot said so. Leaves what else it said in $reason.
answered() {
  [ -e "$dir/$1" ] || return 1
  word=
  reason=
  read -r word reason <"$dir/$1"
  is_word "$1" "$word"
}

# wait_for SECONDS NAME…: until one of these was answered. Leaves which in $answer.
wait_for() {
  end=$(($(seconds_up) + $1))
  shift
  while [ "$(seconds_up)" -lt "$end" ]; do
    for answer; do answered "$answer" && return 0; done
    sleep 0.3
  done
  return 1
}

# What is logged from here on goes to the journal. A reader that dies cannot hurt the switch, as it would behind a pipe.
log_to_journal() { tail --pid=$$ -c "+$(($(wc -c <"$dir/log") + 1))" -F "$dir/log" 9>&- & }

run() {
  # Daemons that an activation starts must not inherit the lock: every child gets it closed (9>&-).
  exec 9>/run/switchyard/lock
  flock -n -E 75 9
  # Where flock itself is missing, nothing is known of another one.
  if [ $? -eq 75 ]; then
    set_state "refused another supervisor is at work on this host"
    return
  fi
  log_to_journal
  if is_changed "$old"; then
    leave_alone "before the switch"
    return
  fi
  if [ -n "$boot_only" ]; then
    commit
    return
  fi
  if ! reserve_room; then
    # A roll back that somebody asked for is not stopped by it.
    if [ -z "$generation" ]; then
      set_state "refused /run has less than 24 MiB free, which a roll back would need"
      return
    fi
    say "/run has less than 24 MiB free; going on, as this is a roll back"
  fi
  set_state activating
  from=$(wc -c <"$dir/log")
  watch_activation "$new"
  switch_to "$new" test "$activate_within"
  code=$?
  unset BASH_ENV
  why=
  case $code in
    # 4 means that some unit failed, maybe an old one: the bot judges by the baseline. It may hide a 2.
    0 | 4)
      why=$(activation_trouble "$code" "$from")
      [ "$(current)" = "$new" ] || why="the new system is not the running one after its activation"
      ;;
    75) why="NixOS's own lock was held by another switch" ;;
    124 | 137) why="the activation took longer than ${activate_within} s" ;;
    *) why="switch-to-configuration exited with $code" ;;
  esac
  if [ -n "$kept_out" ] && ! is_changed "$old"; then
    set_state "refused NixOS's own lock was held by another switch for ${activate_within} s"
  elif [ -n "$why" ]; then
    roll_back "$why"
  else
    # The bot answers what it has seen: an answer from before, to a state that was forged, cannot be meant for this.
    rm -f "$dir/ack" "$dir/commit" "$dir/rollback"
    set_state "activated $code"
    await_decision
  fi
}

# Silence means roll back.
await_decision() {
  if ! wait_for "$ack_within" ack rollback; then
    roll_back "nobody could reach this host for ${ack_within} s"
    return
  fi
  set_state "acked $code"
  if ! wait_for "$commit_within" rollback commit; then
    roll_back "nobody decided for ${commit_within} s"
  elif [ "$answer" = commit ]; then
    commit
  else
    roll_back "${reason:-it was told to}"
  fi
}

# Whether the machine is as a last word says: a file that every root process can write proves nothing by itself.
is_true() {
  case $1 in
    committed\ *) is_committed ;;
    rolled-back\ * | refused\ *) [ "$(current)" = "$old" ] ;;
    # Whoever ends the supervisor may have written the rest as well. It says so itself where it ends by itself.
    *) [ "${EXIT_CODE:-exited}" = exited ] || [ "$(current)" != "$new" ] ;;
  esac
}

# After the main process ended, however it ended: an unfinished switch is rolled back.
finish() {
  last=$(state)
  if ! is_final "$last" || ! is_true "$last"; then
    log_to_journal
    if [ "$(systemctl is-system-running)" = stopping ]; then
      # The next boot takes the boot default, which is the old system unless a commit had begun.
      restore_profile
      set_state "rolled-back the host went down while $last"
    else
      exec 9>/run/switchyard/lock
      flock -w 60 9 || say "the lock is still held; rolling back all the same"
      roll_back "the supervisor ended while $last"
    fi
  fi
  echo "$id: $(state)"
}

show() {
  printf 'state=%s\n' "$(state)"
  printf 'current=%s\n' "$(current)"
  printf 'profile=%s\n' "$(profile_name)"
  printf 'boot=%s\n' "$(cat /proc/sys/kernel/random/boot_id)"
  printf 'unit=%s\n' "$(systemctl is-active "switchyard-$id.service")"
  # The bot gets text, so only the host can count the bytes.
  until=$(wc -c <"$dir/log")
  [ "$until" -le $(($1 + 65536)) ] || until=$(($1 + 65536))
  printf 'next=%s\n' "$until"
  printf 'log=\n'
  tail -c "+$(($1 + 1))" "$dir/log" | head -c $((until - $1))
}

# put NAME [WHY]: writes an answer down, whole or not at all. The first true one counts; what is none is replaced.
put() {
  IFS= read -r given
  if ! is_word "$1" "$given"; then
    echo "this is not the word for $1: nothing was answered" >&2
    exit 77
  fi
  answered "$1" && return
  printf '%s\n' "$given ${2:-}" >"$dir/$1.$$" && mv -f "$dir/$1.$$" "$dir/$1"
}

case ${1:-} in
  run)
    run
    # systemd tells the exit of a unit to the journal, which no file in here can change.
    case $reached in committed\ *) exit 0 ;; *) exit 1 ;; esac
    ;;
  finish) finish ;;
  show) show "${2:-0}" ;;
  ack) put ack ;;
  decide) put "${2:-}" "${3:-}" ;;
  *)
    echo "usage: supervisor.sh run | finish | show OFFSET | ack | decide commit|rollback [WHY]" >&2
    exit 64
    ;;
esac
