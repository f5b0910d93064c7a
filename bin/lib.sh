# Shared by the commands in bin/: words, stages, missing packages, the throwaway PostgreSQL. Sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly root

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "error: $*"
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# stage NAME COMMAND…: runs it and prints how long it took; `finish` tells which one failed.
stage() {
  local from=$SECONDS
  running=$1
  shift
  say "== $running"
  "$@"
  say "== $running: $((SECONDS - from)) s"
  running=
}

finish() {
  local status=$?
  trap - EXIT
  postgres_stop
  [ "$status" = 0 ] || [ -z "${running:-}" ] || say "error: $running failed"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

# Debian and Ubuntu keep the server's programs outside the PATH, one folder for each version.
postgres_programs() {
  local folder folders
  folders=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort --version-sort --reverse)
  if have initdb; then folders+=" $(dirname "$(readlink -f "$(command -v initdb)")")"; fi
  for folder in $folders; do
    if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] && [ -x "$folder/psql" ]; then
      printf '%s\n' "$folder"
      return
    fi
  done
  return 1
}

chromium_program() {
  local name
  if [ -n "${MAINSTAY_CHROMIUM:-}" ]; then
    printf '%s\n' "$MAINSTAY_CHROMIUM"
    return
  fi
  for name in chromium google-chrome; do
    if type -P "$name"; then return; fi
  done
  name=$(find "$root/tests/browser/node_modules/playwright-core/.local-browsers" -type f \
    -name '*headless*shell' -perm -u+x -print -quit 2>/dev/null) || true
  [ -n "$name" ] && printf '%s\n' "$name"
}

# PostgreSQL refuses to run as root; then its own user runs it.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    runuser -u postgres -- "$@"
  else
    "$@"
  fi
}

free_port() {
  local port
  for _ in $(seq 100); do
    port=$((20000 + RANDOM % 30000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      printf '%s\n' "$port"
      return
    fi
  done
  return 1
}

# The roles that the tests get: one that makes databases and roles, and one that only uses them,
# so that row-level security is tried as it will be lived with.
postgres_roles="
  CREATE ROLE mainstay_test LOGIN CREATEDB CREATEROLE;
  CREATE ROLE mainstay_app LOGIN NOSUPERUSER NOBYPASSRLS;
  GRANT mainstay_app TO mainstay_test;
  GRANT pg_signal_backend TO mainstay_test;"

# Starts a cluster in a folder of its own and sets MAINSTAY_TEST_POSTGRES; postgres_stop deletes it.
# It listens on loopback only, trusts whoever connects there, and never writes to disk for good.
postgres_start() {
  local port owner
  postgres_bin=$(postgres_programs) || fail "PostgreSQL is missing; run bin/setup"
  postgres_folder=$(mktemp -d "${TMPDIR:-/tmp}/mainstay-postgres.XXXXXX")
  owner=$(id -un)
  if [ "$(id -u)" = 0 ]; then
    owner=postgres
    chown postgres "$postgres_folder"
  fi
  port=$(free_port) || fail "no free port on loopback"
  as_postgres "$postgres_bin/initdb" --pgdata="$postgres_folder/data" --username="$owner" \
    --auth-local=peer --auth-host=trust --encoding=UTF8 --locale=C --no-sync >"$postgres_folder.log" 2>&1 ||
    postgres_failed
  # The superuser is reachable by the socket in the folder only.
  as_postgres sed -i "/^host/d" "$postgres_folder/data/pg_hba.conf"
  printf 'host all %s 127.0.0.1/32 reject\nhost all all 127.0.0.1/32 trust\n' "$owner" |
    as_postgres tee -a "$postgres_folder/data/pg_hba.conf" >/dev/null
  as_postgres "$postgres_bin/pg_ctl" --pgdata="$postgres_folder/data" --wait --silent \
    --log="$postgres_folder/log" --options="-c listen_addresses=127.0.0.1 -c port=$port \
      -c unix_socket_directories=$postgres_folder -c fsync=off -c synchronous_commit=off \
      -c full_page_writes=off -c max_connections=200 -c shared_buffers=64MB" start >>"$postgres_folder.log" 2>&1 ||
    postgres_failed
  printf '%s\n' "$postgres_roles" | as_postgres "$postgres_bin/psql" --no-psqlrc --quiet --set=ON_ERROR_STOP=1 \
    --host="$postgres_folder" --port="$port" --username="$owner" --dbname=postgres >>"$postgres_folder.log" 2>&1 ||
    postgres_failed
  # The browser tests make their databases with psql.
  export PATH="$PATH:$postgres_bin"
  export MAINSTAY_TEST_POSTGRES="postgres://mainstay_test@127.0.0.1:$port/postgres"
}

postgres_failed() {
  cat "$postgres_folder.log" "$postgres_folder/log" >&2 2>/dev/null
  fail "the throwaway PostgreSQL did not start; its log is above"
}

postgres_stop() {
  [ -n "${postgres_folder:-}" ] || return 0
  as_postgres "$postgres_bin/pg_ctl" --pgdata="$postgres_folder/data" --mode=immediate --silent stop >/dev/null 2>&1 || true
  rm -rf "$postgres_folder" "$postgres_folder.log"
}
