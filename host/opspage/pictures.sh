#!/bin/sh
# Makes the pictures in host/opspage/pictures: the page of a shard on which PLAYERS fly and
# one system is hot, by day, by night and on a phone. Called by make pictures, which builds
# what it needs. It takes a headless Chromium, ImageMagick's convert and some minutes.
set -eu

players=${PLAYERS:-5000}
to=host/opspage/pictures
dir=$(mktemp -d /tmp/hsXXXXXX)
trap 'kill $pids 2>/dev/null || true; wait; rm -rf "$dir"' EXIT INT TERM
pids=

cp -r scripts "$dir/scripts"
cat >"$dir/scripts/planted.lua" <<'LUA'
local planted = {}

planted.where = ""

function planted.burn(n)
  local sum = 0
  for i = 1, n do
    sum = sum + i % 7
  end
  return sum
end

every(0.5, function()
  if system.name() == planted.where then planted.burn(700000) end
end)

return planted
LUA
{ echo 'require "planted"'; cat scripts/main.lua; } >"$dir/scripts/main.lua"

mkfifo "$dir/open"
bin/bench-fleet serve --data "$dir/data" --scripts "$dir/scripts" <"$dir/open" >"$dir/addresses" 2>"$dir/log" &
pids="$pids $!"
exec 3>"$dir/open" # the server ends when this is closed
until [ -s "$dir/addresses" ]; do sleep 0.2; done
read -r play ops <"$dir/addresses"
console() { bin/console --socket "$dir/data/console.sock" "$@"; }

bin/bench-fleet load --url "ws://$play/play" --ops "http://$ops" --players "$players" --scene hub --join 300 --gather 240 --seconds 240 --quiet >"$dir/load" 2>&1 &
pids="$pids $!"
hot=$(console --json -e systems | sed -n 's/.*"name": *"\([^"]*\)".*/\1/p' | tail -n 1)
console -e "lua @\"$hot\" --write require(\"planted\").where = system.name()" >/dev/null
until [ "$(console --json -e status | sed -n 's/.*"players": *\([0-9]*\).*/\1/p' | head -n 1)" -ge "$players" ]; do sleep 1; done
sleep 15 # of all there, for the history

link=$(console -e page | grep -o 'http://[^ ]*')
HOTSHARD_LOOK=$link HOTSHARD_SHOTS=$dir/shots go test -vet=off -count=1 -timeout 10m -run TestLook ./host/opspage
mkdir -p "$to"
for name in light-range dark-range phone-range light-functions; do
  convert "$dir/shots/$name.png" -strip -colors 128 -depth 8 "$to/$name.png"
done
ls -l "$to"
