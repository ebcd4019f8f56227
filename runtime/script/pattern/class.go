package pattern

// set says for every byte whether it belongs to a class.
type set [256]bool

// everything is what a dot stands for.
var everything = func() *set {
	s := &set{}
	for i := range s {
		s[i] = true
	}
	return s
}()

// named are the classes that a letter after % stands for; an upper-case letter is
// the complement. They are those of the C locale: bytes above 127 belong to none.
var named = func() (table [256]*set) {
	between := func(c, lo, hi byte) bool { return lo <= c && c <= hi }
	lower := func(c byte) bool { return between(c, 'a', 'z') }
	upper := func(c byte) bool { return between(c, 'A', 'Z') }
	digit := func(c byte) bool { return between(c, '0', '9') }
	letter := func(c byte) bool { return lower(c) || upper(c) }
	for name, has := range map[byte]func(byte) bool{
		'a': letter,
		'c': func(c byte) bool { return c < 32 || c == 127 },
		'd': digit,
		'l': lower,
		'p': func(c byte) bool { return between(c, 33, 126) && !letter(c) && !digit(c) },
		's': func(c byte) bool { return c == ' ' || between(c, '\t', '\r') },
		'u': upper,
		'w': func(c byte) bool { return letter(c) || digit(c) },
		'x': func(c byte) bool { return digit(c) || between(c, 'a', 'f') || between(c, 'A', 'F') },
		'z': func(c byte) bool { return c == 0 },
	} {
		in, out := &set{}, &set{}
		for c := range in {
			in[c] = has(byte(c))
			out[c] = !in[c]
		}
		table[name], table[name-'a'+'A'] = in, out
	}
	return table
}()

// parseSet reads the set that opens at src[at] and returns where it ends, just
// behind its closing bracket, or -1 when it has none. A closing bracket that
// comes first stands for itself; so do a hyphen at either end and one behind a
// class, and a percent sign as the upper end of a range.
func parseSet(src string, at int) (*set, int) {
	s := &set{}
	at++
	negated := at < len(src) && src[at] == '^'
	if negated {
		at++
	}
	for first := true; ; first = false {
		if at >= len(src) {
			return nil, -1
		}
		c := src[at]
		switch {
		case c == ']' && !first:
			if negated {
				for i := range s {
					s[i] = !s[i]
				}
			}
			return s, at + 1
		case c == '%' && at+1 < len(src):
			s.addEscape(src[at+1])
			at += 2
		case isRange(src, at):
			for b := int(c); b <= int(src[at+2]); b++ {
				s[b] = true
			}
			at += 3
		default:
			s[c] = true
			at++
		}
	}
}

// isRange says whether src[at] is the lower end of a range.
func isRange(src string, at int) bool {
	return at+2 < len(src) && src[at+1] == '-' && src[at+2] != ']'
}

func (s *set) addEscape(c byte) {
	class := named[c]
	if class == nil {
		s[c] = true
		return
	}
	for i, has := range class {
		s[i] = s[i] || has
	}
}
