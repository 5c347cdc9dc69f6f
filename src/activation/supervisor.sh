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
#   ack, commit, rollback   what the bot answers, see answers.sh
#
# Before this part stand switch-program.sh and answers.sh, in the same file, as one rename has to bring all or nothing.
#
# usage: supervisor.sh run | finish | show OFFSET | ack | decide commit|rollback [WHY]; the last two read the word from stdin
set -u
dir=${0%/*}
profile=/nix/var/nix/profiles/system
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

reached=starting
set_state() {
  reached=$*
  say "state: $*"
  if is_final "$*"; then rm -f "$dir/reserve"; fi
  printf '%s\n' "$*" >"$dir/state.new" && mv -f "$dir/state.new" "$dir/state"
}

state() { head -n 1 "$dir/state" 2>/dev/null || echo starting; }

is_final() {
  case $1 in committed\ * | rolled-back\ * | rollback-failed\ * | superseded\ * | refused\ *) ;; *) return 1 ;; esac
}

current() { readlink -f /run/current-system; }
profile_name() { readlink "$profile"; }

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

# systemd refuses to reload with less than 16 MiB free in /run. So a roll back gets 24 MiB, and beside them the switch has 16.
reserve_room() {
  head -c 41943040 /dev/zero >"$dir/reserve" 2>/dev/null && head -c 25165824 /dev/zero >"$dir/reserve" && return 0
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
  if [ -z "$trouble" ]; then set_state "rolled-back $why"; else set_state "rollback-failed $why$trouble"; fi
}

# Whether somebody changed the host: it does not run SYSTEM, or its profile is another one than before.
is_changed() { [ "$(current)" != "$1" ] || [ "$(profile_name)" != "$profile_link" ]; }

leave_alone() { set_state "superseded the host was changed $1: $(current) runs, the profile is $(profile_name)"; }

is_committed() { [ "$(current)" = "$runs" ] && [ "$(readlink -f "$profile")" = "$target" ]; }

commit() {
  ! is_changed "$runs" || { leave_alone "before the commit"; return; }
  # Waited for before anything is changed, not in between.
  if ! await_lock $(($(seconds_up) + activate_within)); then
    why="NixOS's own lock was held by another switch"
    if [ -n "$boot_only" ]; then set_state "refused $why"; else roll_back "$why"; fi
    return
  fi
  ls -d "$profile"-*-link >"$dir/generations" 2>/dev/null
  # Without this note nobody would know that profile and boot loader have to be put back.
  touch "$dir/committing" || { roll_back "the commit could not be noted in $dir"; return; }
  set_state committing
  if [ -n "$generation" ]; then set -- --switch-generation "$generation"; else set -- --set "$target"; fi
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

# What is logged from here on goes to the journal. A reader that dies cannot hurt the switch, as it would behind a pipe.
log_to_journal() { tail --pid=$$ -c "+$(($(log_size) + 1))" -F "$dir/log" 9>&- & }

run() {
  # Daemons that an activation starts must not inherit the lock: every child gets it closed (9>&-).
  exec 9>/run/switchyard/lock
  flock -n -E 75 9
  # Where flock itself is missing, nothing is known of another one.
  [ $? -ne 75 ] || { set_state "refused another supervisor is at work on this host"; return; }
  log_to_journal
  if is_changed "$old"; then
    leave_alone "before the switch"
  elif [ -n "$boot_only" ]; then
    commit
  else
    switch
  fi
}

# The switch itself, up to the bot's word on it.
switch() {
  if ! reserve_room; then
    # A roll back that somebody asked for is not stopped by it.
    if [ -z "$generation" ]; then
      set_state "refused /run has less than 40 MiB free, which a switch and its roll back need"
      return
    fi
    say "/run has less than 40 MiB free; going on, as this is a roll back"
  fi
  set_state activating
  from=$(log_size)
  watch_activation
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

# A line for each: a state or a name with line feeds would pass for the fields after it.
show() {
  printf 'state=%s\n' "$(state)"
  printf 'current=%s\n' "$(current | head -n 1)"
  printf 'profile=%s\n' "$(profile_name | head -n 1)"
  printf 'boot=%s\n' "$(cat /proc/sys/kernel/random/boot_id)"
  printf 'unit=%s\n' "$(systemctl is-active "switchyard-$id.service")"
  until=$(log_size) # The bot gets text, so only the host can count the bytes.
  [ "$until" -le $(($1 + 65536)) ] || until=$(($1 + 65536))
  printf 'next=%s\n' "$until"
  printf 'log=\n'
  tail -c "+$(($1 + 1))" "$dir/log" | head -c $((until - $1))
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
