package syntax

import (
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var texts = flag.Int("texts", 4000, "how many random texts of each kind to compare with lua5.1")

// words are what random texts are made of: everything that is a token, much that
// only begins one, and whatever stands between.
var words = strings.Split(`and break do else elseif end false for function if in local nil not or repeat return then
true until while + - * / % ^ # == ~= <= >= < > = ( ) { } [ ] ; : , . .. ... a b f t x self arg 1 0 3x 5e 0x 08 3..2 .5
5. 0xA 1e+3 1e- 0x1p4 0x.5 1_0 .5.5 9e99 "s" 's' "\n" "\400" "\065" "\z" "a\`+"`"+`" 'it [[l]] [==[l]==] [=x [[ ]] --x
--[==x --[[c]] --[[ --[=[c]=] ~ ! @ $ & | \ ? é f() f{} f"s" (f) a.b a[1] a:b() a.end -- x=1 local_x
function(a,...) f(...)end`, " ")

var between = []string{" ", " ", " ", " ", "\n", "\r\n", "\n\r", "\r", "", "\t", "\v\f"}

// soup is a sequence of random words.
func soup(rng *rand.Rand) string {
	var out strings.Builder
	for range 1 + rng.IntN(12) {
		word := words[rng.IntN(len(words))]
		if word == `"a\`+"`"+`"` {
			word = "\"a\\\nb\""
		}
		out.WriteString(word)
		out.WriteString(between[rng.IntN(len(between))])
	}
	return out.String()
}

// mutate damages a text that is right in a few places.
func mutate(rng *rand.Rand, text string) string {
	for range 1 + rng.IntN(3) {
		from := rng.IntN(len(text) + 1)
		to := min(len(text), from+rng.IntN(6))
		insert := ""
		switch rng.IntN(4) {
		case 0: // cut
		case 1:
			to, insert = from, string([]byte{byte(rng.IntN(256))})
		case 2:
			insert = " " + words[rng.IntN(len(words))] + between[rng.IntN(len(between))]
		case 3:
			at := rng.IntN(len(text) + 1)
			to, insert = from, text[at:min(len(text), at+rng.IntN(30))]
		}
		text = text[:from] + insert + text[to:]
	}
	return text
}

func TestRandomWordsAgainstTheReference(t *testing.T) {
	r, rng, refused := newReference(t), rand.New(rand.NewPCG(1, 2)), 0
	for range *texts {
		if compare(t, r, soup(rng)) {
			refused++
		}
		if t.Failed() {
			return
		}
	}
	if refused == *texts || refused == 0 {
		t.Errorf("%d of %d refused: the texts show nothing", refused, *texts)
	}
}

func TestDamagedProgramsAgainstTheReference(t *testing.T) {
	r, rng := newReference(t), rand.New(rand.NewPCG(3, 4))
	programs := programs(t)
	for _, text := range programs {
		compare(t, r, text)
	}
	for range *texts {
		compare(t, r, mutate(rng, excerpt(rng, programs[rng.IntN(len(programs))])))
		if t.Failed() {
			return
		}
	}
}

// excerpt is some lines of a program.
func excerpt(rng *rand.Rand, text string) string {
	lines := strings.SplitAfter(text, "\n")
	from := rng.IntN(len(lines))
	return strings.Join(lines[from:min(len(lines), from+1+rng.IntN(20))], "")
}

// programs are the Lua files below the roots; with none given, the scripts of the
// repository and the texts of the golden trees.
func programs(t testing.TB, roots ...string) []string {
	if len(roots) == 0 {
		roots = []string{"../../../scripts", "testdata"}
	}
	var out []string
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".lua" {
				return err
			}
			text, err := os.ReadFile(path)
			out = append(out, string(text))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(out) == 0 {
		t.Fatal("no programs")
	}
	return out
}
