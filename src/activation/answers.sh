# What the bot answers: ack ("I reach you over a fresh connection"), then commit or rollback. It is sent with supervisor.sh, as a
# part of one file. Each answer is a file of its name in $dir, which holds the answer's secret word, and for rollback why.
# The plan holds the words' hashes: a file with anything else in it is no answer.

# The hashes come from the plan.
# shellcheck disable=SC2154
#
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
