package wire_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/physics"
)

func protocol(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The table of modes is what physics numbers them as.
func TestProtocolListsTheModes(t *testing.T) {
	row := "| |"
	for m := physics.Stop; m <= physics.Follow; m++ {
		row += fmt.Sprintf(" %s |", m)
	}
	if !strings.Contains(protocol(t), row) {
		t.Errorf("PROTOCOL.md does not have the row %s", row)
	}
	if (physics.Follow + 1).String() != fmt.Sprintf("mode(%d)", physics.Follow+1) {
		t.Error("there are more modes than PROTOCOL.md lists")
	}
}

func TestProtocolNamesEveryCode(t *testing.T) {
	text := protocol(t)
	for _, code := range []string{wire.CodeBadRequest, wire.CodeNotSignedIn, wire.CodeSignedIn, wire.CodeBadCredentials, wire.CodeBadToken,
		wire.CodeBusy, wire.CodeRateLimited, wire.CodeUnknownCommand, wire.CodeRefused, wire.CodeInternal, wire.ClosingKicked, wire.ClosingTakenOver,
		wire.ClosingTooSlow, wire.ClosingRateLimited, wire.ClosingLoginTimeout, wire.ClosingIdle, wire.ClosingLoggedOut, wire.ClosingShutdown} {
		if !strings.Contains(text, "`"+code+"`") {
			t.Errorf("PROTOCOL.md does not mention %s", code)
		}
	}
}

// The decoder printed in PROTOCOL.md reads the golden files: the packed ones give
// what the JSON ones say.
func TestProtocolDecoderWorks(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node to run it with")
	}
	_, rest, _ := strings.Cut(protocol(t), "```js\n")
	code, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("PROTOCOL.md has no decoder")
	}
	script := filepath.Join(t.TempDir(), "check.js")
	if err := os.WriteFile(script, []byte(code+checker), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if out, err := exec.CommandContext(ctx, node, script, "testdata").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// checker compares within the rounding of the packed form.
const checker = `
const fs = require("fs"), path = require("path");
const payload = file => {
  const b = fs.readFileSync(path.join(process.argv[2], file));
  return b.subarray(b[1] < 126 ? 2 : b[1] === 126 ? 4 : 10);
};
const buffer = b => b.buffer.slice(b.byteOffset, b.byteOffset + b.length);
let compared = 0;
function same(got, want, at) {
  compared++;
  if (typeof want === "number") {
    if (!(Math.abs(got - want) <= Math.max(0.13, Math.abs(want) * 2 ** -12))) throw new Error(at + ": " + got + " for " + want);
  } else if (typeof want === "object" && want !== null) {
    for (const key of Object.keys(want)) same(got[key], want[key], at + "." + key);
  } else if (got !== want) throw new Error(at + ": " + got + " for " + want);
}
for (const name of ["snapshot", "delta", "event"]) {
  const got = decode(buffer(payload(name + ".bin"))), want = JSON.parse(payload(name + ".json").toString());
  if (got.turn) {
    const moved = want.move.splice(got.move.length);
    want.turn = moved.map(({ id, mode, target = 0, point, range = 0 }, i) => ({ id, mode, target, point, range, ago: i }));
    if (got.turn.length !== 3) throw new Error("turns are missing");
  }
  same(got, want, name);
}
if (compared < 100) throw new Error("only " + compared + " values compared");
`
