# Runs the switch program of a system: waits for NixOS's own lock, keeps what is printed within a bound, and tells how it ended.
# It is sent with supervisor.sh, as the first part of one file. Uses $dir, the folder of this switch.

nixos_lock=/run/nixos/switch-to-configuration.lock

say() { printf '%s %s\n' "$(date -u +%H:%M:%S)" "$*" >>"$dir/log"; }

log_size() { wc -c <"$dir/log"; }
log_since() { tail -c "+$(($1 + 1))" "$dir/log"; }

# The wall clock may jump (the new system may set it), so deadlines count the seconds since boot.
seconds_up() {
  read -r up _ </proc/uptime
  echo "${up%%.*}"
}

# NixOS's own lock: held, free, or unknown, where that cannot be told. Only a lock that is seen to be held is waited for.
lock_state() {
  [ -e "$nixos_lock" ] || { echo free && return; }
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

# keep_log: takes what a program prints, whatever its size, and never ends before it. The first 4 MiB go straight to
# the log, then the newest 1 to 2 MiB are kept for its end, and the log says how much is left out in between.
# dd takes what there is, so that a slow program is seen while it runs; head fills its megabyte.
keep_log() {
  dd bs=256 count=16384 status=none >>"$dir/log"
  seen=0
  next_word=2
  rm -f "$dir/tail.old" "$dir/tail.last"
  while head -c 1048576 >"$dir/tail.new" && [ -s "$dir/tail.new" ]; do
    if [ "$seen" -ge "$next_word" ]; then
      say "the output is too long for this log: $((seen - 1)) MiB left out so far"
      next_word=$((seen * 4))
    fi
    [ "$seen" -eq 0 ] || mv -f "$dir/tail.last" "$dir/tail.old"
    mv -f "$dir/tail.new" "$dir/tail.last"
    seen=$((seen + 1))
  done
  [ "$seen" -le 2 ] || say "$((seen - 2)) MiB of output left out here; what follows is its end"
  cat "$dir/tail.old" "$dir/tail.last" >>"$dir/log" 2>/dev/null
  rm -f "$dir/tail.old" "$dir/tail.last" "$dir/tail.new"
  # With /run full nothing can be written; the program must not see that.
  cat >/dev/null
}

# logged COMMAND…: what it prints goes to the log, by keep_log. A daemon that it leaves behind may hold the pipe
# open for ever: the end of the output is waited for, but not for long.
logged() {
  pipe=$dir/pipe.$$
  rm -f "$pipe"
  mkfifo "$pipe" 2>/dev/null || pipe=/dev/null
  [ "$pipe" = /dev/null ] || keep_log <"$pipe" 9>&- &
  keeper=$!
  "$@" >"$pipe" 2>&1 </dev/null 9>&-
  ended=$?
  [ "$pipe" = /dev/null ] || rm -f "$pipe"
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    kill -0 "$keeper" 2>/dev/null || break
    sleep 0.2
  done
  return "$ended"
}

# switch_to TOPLEVEL ACTION SECONDS: runs the switch program of a system; its exit code, or 124 when it took too long.
# What may have begun is never run again: only where another switch took the lock at the last moment, and the program
# said nothing but that, and the lock is seen to be held, it is. $kept_out is yes where the lock kept it from beginning.
switch_to() {
  end=$(($(seconds_up) + $3))
  kept_out=
  while await_lock "$end"; do
    left=$((end - $(seconds_up)))
    say "$1/bin/switch-to-configuration $2"
    said_from=$(log_size)
    logged timeout --kill-after=30 "$((left > 0 ? left : 1))" "$1/bin/switch-to-configuration" "$2"
    code=$?
    said=$(log_since "$said_from" | head -c 200)
    say "exit $code"
    case $code:$said in
      0:*) return 0 ;;
      *:"Could not acquire lock"*) [ "$(lock_state)" = held ] || return "$code" ;;
      *) return "$code" ;;
    esac
    sleep 2
  done
  say "NixOS's own lock is held by another switch"
  kept_out=yes
  return 75
}

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
  snippets=$(log_since "$2" | grep -a -x -m 5 "Activation script snippet '.*' failed ([0-9]*)" | cut -c 1-200 | tr '\n' ';')
  # Only 4 hides a 2.
  case $status:$1 in
    0:*) return ;;
    :4) [ -n "$snippets" ] || log_since "$2" | grep -a -q -x "Failed to run activate script" || return ;;
    :*) return ;;
  esac
  echo "the activation script of the new system failed${status:+ with $status}${snippets:+: ${snippets%;}}"
}
