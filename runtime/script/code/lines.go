package code

import (
	"slices"
	"strings"

	"hotshard/runtime/script/syntax"
)

// alike is from where on two lines count as one that was edited: that part of their words,
// in order, is in both.
const alike = 0.6

// FollowLine finds a line of a text, counted from 0, in a later version of the text. Lines
// that are the same but for white space at their ends are matched in order, as a diff does;
// one that has none is looked for between its neighbours' places: edited says that it was found
// there and reads otherwise. ok is false where it has gone.
func FollowLine(old, now string, line int) (at int, edited, ok bool) {
	x, y := trimmedLines(old), trimmedLines(now)
	if line < 0 || line >= len(x) {
		return 0, false, false
	}
	match := matchLines(x, y)
	if at = match[line]; at >= 0 {
		return at, false, true
	}
	from, to := 0, len(y)
	for i, m := range match {
		switch {
		case m < 0:
		case i < line:
			from = m + 1
		default:
			to = min(to, m)
		}
	}
	best := 0.0
	for j := from; j < to; j++ {
		if like := likeness(x[line], y[j]); like >= alike && like > best {
			at, best, ok = j, like, true
		}
	}
	return at, ok, ok
}

func trimmedLines(text string) []string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return lines
}

// maxTable bounds the work on two texts that differ in thousands of lines.
const maxTable = 4 << 20

// matchLines gives for each line the one of y that it is, -1 for none: a longest common
// subsequence.
func matchLines(x, y []string) []int {
	match := make([]int, len(x))
	for i := range match {
		match[i] = -1
	}
	head := 0
	for head < len(x) && head < len(y) && x[head] == y[head] {
		match[head] = head
		head++
	}
	tail := 0
	for tail < len(x)-head && tail < len(y)-head && x[len(x)-1-tail] == y[len(y)-1-tail] {
		tail++
		match[len(x)-tail] = len(y) - tail
	}
	x, y = x[head:len(x)-tail], y[head:len(y)-tail]
	if len(x)*len(y) > maxTable {
		return match
	}
	for _, p := range common(x, y) {
		match[head+p[0]] = head + p[1]
	}
	return match
}

// common is a longest common subsequence, as pairs of places.
func common(x, y []string) (pairs [][2]int) {
	width := len(y) + 1
	length := make([]int32, (len(x)+1)*width)
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				length[i*width+j] = length[(i+1)*width+j+1] + 1
			} else {
				length[i*width+j] = max(length[(i+1)*width+j], length[i*width+j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch {
		case x[i] == y[j]:
			pairs = append(pairs, [2]int{i, j})
			i, j = i+1, j+1
		case length[(i+1)*width+j] >= length[i*width+j+1]:
			i++
		default:
			j++
		}
	}
	return pairs
}

// likeness is how much of two lines is the same, from 0 to 1.
func likeness(a, b string) float64 {
	x, y := lineWords(a), lineWords(b)
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	return 2 * float64(len(common(x, y))) / float64(len(x)+len(y))
}

// lineWords are the tokens of a line that say something.
func lineWords(line string) []string {
	var words []string
	for _, tok := range syntax.Tokens([]byte(line)) {
		words = append(words, tok.Text)
	}
	return slices.DeleteFunc(words, func(w string) bool { return w == "" || w == "(" || w == ")" || w == "," })
}
