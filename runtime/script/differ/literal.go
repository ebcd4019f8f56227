package differ

import (
	"fmt"
	"strconv"
	"strings"
)

// numberLiteral is a number in one of the ways Lua lets it be written.
func (g *gen) numberLiteral() *node {
	n := 1 + g.r.IntN(20)
	switch g.r.IntN(14) {
	case 0:
		return expr(strconv.Itoa(n) + ".5")
	case 1:
		return expr("0x" + strconv.FormatInt(int64(1+g.r.IntN(1<<16)), 16))
	case 2:
		return expr(strconv.Itoa(n) + "e" + pick(g, "1", "+2", "-2", "0"))
	case 3:
		return expr("." + strconv.Itoa(n))
	case 4:
		return expr(strconv.Itoa(n) + ".")
	case 5:
		return expr(pick(g, "1e15", "123456789012", "2^53", "0.1", "1e-5", "65536", "1e100", "3E2"))
	}
	return expr(strconv.Itoa(n))
}

// small is a number from 0 to 5 or so, for positions and counts.
func (g *gen) small() *node { return expr(strconv.Itoa(g.r.IntN(6))) }

var words = []string{"", "a", "b", "abc", "x1", "10", "0x1F", "3.5", "hello world", "  pad ", "%d", "nil", "end", "Zz"}

// stringLiteral is a text in one of the ways Lua lets it be written.
func (g *gen) stringLiteral() *node {
	word := pick(g, words...)
	switch g.r.IntN(10) {
	case 0:
		return expr("'" + word + "'")
	case 1:
		return expr("[[" + word + "]]")
	case 2:
		return expr("[==[\n" + word + "]]" + "\n]==]")
	case 3:
		return expr(`"` + word + pick(g, `\n`, `\t`, `\\`, `\"`, `\'`, `\65`, `\0651`, `\0`, `\a\b\f\v\r`, `\255`, "\\\n") + `"`)
	}
	return expr(`"` + word + `"`)
}

// digits is a text that Lua takes for a number where it wants one.
func (g *gen) digits() *node {
	return expr(`"` + pick(g, "10", "0x10", " 7 ", "1e1", "-3", ".5", "5.") + `"`)
}

// constant is a value that a compiler may look through.
func (g *gen) constant() *node {
	return expr(pick(g, "nil", "false", "true", "nil", "false", "true", "0", "1", `""`, `"a"`))
}

// many written out: enough items to need more than one flush of a constructor, or
// more constants than an instruction can name.
func (g *gen) longList(n int) *node {
	var b strings.Builder
	b.WriteByte('{')
	for i := range n {
		switch {
		case i%17 == 3:
			fmt.Fprintf(&b, "[%d]=%d,", -i, i)
		case i%23 == 5:
			fmt.Fprintf(&b, "k%d=%d,", i, i)
		default:
			fmt.Fprintf(&b, "%d,", i*3)
		}
	}
	return expr(b.String()+"@}", list(g.number(1)))
}
