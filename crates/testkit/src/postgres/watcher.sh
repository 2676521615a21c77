# Keeps one PostgreSQL server, in the folder it is started in, for a process that may die in any way.
#
# Commands come as lines on standard input: "start PORT", "stop", "kill". Each is answered by one line, "done" or
# "failed", when it is. The end of the input means that the process is gone: the server goes, and the folder with it.
# Arguments: the data folder to copy, then the server program with its arguments.
folder=$PWD
template=$1
shift
server=

PAUSE_S=0.02
# How often to look whether a server has started or ended; with the pause, at least 40 seconds.
LOOKS_MAX=2000

# An answer that nobody reads any more must not end the watcher before the server.
trap '' PIPE
exec 2>>log

main() {
  while read -r command port; do
    if obey "$@"; then
      echo 'done'
    else
      echo 'failed'
    fi
  done
  # A quick end, but one after which the system keeps no memory of the server.
  stop QUIT
  free_shared_memory
  cd / && rm -rf "$folder"
}

obey() {
  case $command in
    start) start "$@" ;;
    stop) stop INT ;;
    kill) crash ;;
    *) return 1 ;;
  esac
}

start() {
  [ -d data ] || cp -a "$template" data || return
  # Under the port that clients assume, so that an address over the socket needs none.
  ln -sf ".s.PGSQL.$port" .s.PGSQL.5432
  "$@" -D data -c "port=$port" </dev/null >>log 2>&1 &
  server=$!
  looks=0
  until is_ready; do
    looks=$((looks + 1))
    if ! is_alive || [ "$looks" -ge "$LOOKS_MAX" ]; then
      crash
      return 1
    fi
    sleep "$PAUSE_S"
  done
}

# Asks for an end with the signal, and insists where that does not help.
stop() {
  [ -n "$server" ] || return 0
  kill -s "$1" "$server" 2>/dev/null
  looks=0
  while is_alive && [ "$looks" -lt "$LOOKS_MAX" ]; do
    looks=$((looks + 1))
    sleep "$PAUSE_S"
  done
  crash
}

# Ends every process of the server at once, and returns when none is left.
crash() {
  [ -n "$server" ] || return 0
  victims="$server $(members)"
  while [ -n "$victims" ]; do
    # shellcheck disable=SC2086 # several words
    kill -s KILL $victims 2>/dev/null
    sleep "$PAUSE_S"
    victims=$(members)
  done
  wait "$server"
  server=
}

# The processes that work in the data folder: those of a server whose first process is gone have no parent to be
# found by. One that waits to be buried has no folder any more.
members() {
  for process in /proc/[0-9]*; do
    # shellcheck disable=SC3013 # dash, bash and busybox have it
    if [ "$process/cwd" -ef data ]; then
      echo "${process#/proc/}"
    fi
  done
}

is_alive() {
  kill -s 0 "$server" 2>/dev/null
}

# What pg_ctl goes by: the file names the process first and its state last.
is_ready() {
  [ "$(sed -n '1p;8p' data/postmaster.pid 2>/dev/null | tr -d ' \n')" = "${server}ready" ]
}

# A server that was killed leaves a segment behind, and the system has only some thousands.
free_shared_memory() {
  if [ -f data/postmaster.pid ]; then
    ipcrm -m "$(sed -n '7s/.* //p' data/postmaster.pid)"
  fi
}

main "$@"
