#!/bin/sh
# Runs a command with its temporary files in memory, where there is room for them and
# programs may run from there: what tests of a database wait for is a disk that says that
# it has what was written, and no test pulls the plug. Elsewhere it just runs the command.
# The folder is the same each time, or go test would take no answer from its cache; what
# a killed test has left there goes after some hours.
set -e

room=2097152 # KiB
dir=/dev/shm/hotshard-$(id -u)

good() {
  { mkdir -m 700 "$dir" || [ -O "$dir" ] && [ -d "$dir" ] && [ ! -L "$dir" ]; } 2>/dev/null &&
    [ "$(df -Pk "$dir" | awk 'NR == 2 {print $4}')" -ge $room ] &&
    cp /bin/true "$dir/" && "$dir/true" 2>/dev/null
}

if good; then
  find "$dir" -mindepth 1 -maxdepth 1 -mmin +360 -exec rm -rf {} +
  export TMPDIR="$dir"
fi
exec "$@"
