package physics

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// runVectors is appended to the JavaScript of MOTION.md: it flies the vectors,
// prints what is wrong, and last how many are right.
const runVectors = `
let right = 0;
for (const v of JSON.parse(require('fs').readFileSync('testdata/motion.json'))) {
  const bodies = new Map([[1, v.body]]);
  if (v.target) bodies.set(2, v.target);
  for (let i = 0; i < v.ticks; i++) step(bodies, v.dt);
  const got = bodies.get(1), far = len(sub(got.pos, v.want.pos)), off = len(sub(got.vel, v.want.vel));
  if (far < 1e-3 && off < 1e-3 + 1e-9*len(v.want.vel) && got.mode === v.want.mode) right++;
  else console.log(v.name, v.ticks, far, off, got, v.want);
}
console.log('right: ' + right);
`

// The JavaScript in MOTION.md is the law, too.
func TestJavaScriptOfTheDocument(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node here to run it")
	}
	doc, err := os.ReadFile("MOTION.md")
	must(t, err)
	_, code, found := strings.Cut(string(doc), "```js\n")
	code, _, closed := strings.Cut(code, "```")
	if !found || !closed {
		t.Fatal("MOTION.md has no JavaScript")
	}
	out, err := exec.Command(node, "-e", code+runVectors).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got, want := string(out), "right: "+strconv.Itoa(len(vectors()))+"\n"; got != want {
		t.Errorf("%s instead of %s", got, want)
	}
}
