package script

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"hotshard/runtime/script/bytecode"
	"hotshard/runtime/script/code"
)

// spot is where a log point stands in one version of a file.
type spot struct {
	decl   *code.Decl // whose code it stands in
	pc     int
	line   int    // of the file
	edited bool   // the line reads otherwise than where it was set
	lost   string // why it stands nowhere, "" where it does
}

// pointSource is where a log point was put, so that it can be found again in other versions of the file.
type pointSource struct {
	path     string // of the file
	hash     string // of the file
	name     string // of the function that the line is of: "combat.fire/1"
	function string // of the outermost one: "combat.fire"
	whole    bool   // it has no name to be found by: the text is that of the file
	text     string // of that function, or of the file
	first    int    // line of the file that the text begins at
	line     int    // of the file
}

// findPoint reads "m.f:LINE" or "m:LINE" and finds the place in a release.
func findPoint(r *code.Release, where string) (pointSource, spot, error) {
	name, number, ok := cutLine(where)
	if !ok {
		return pointSource{}, spot{}, fmt.Errorf("which line? Name it as module.function:LINE, with the line of the file, not %s", where)
	}
	var last error
	for cut := len(name); cut > 0; cut = strings.LastIndexAny(name[:cut], ".:/") {
		f := r.Files[code.ModulePath(strings.TrimSuffix(name[:cut], ".lua"))]
		if f == nil {
			continue
		}
		src, at, err := findInFile(f, name, name[:cut] == name, number)
		if err == nil {
			return src, at, nil
		}
		if last == nil {
			last = err
		}
	}
	if last == nil {
		return findLike(r, name, number)
	}
	return pointSource{}, spot{}, last
}

// findLike finds a line of a function that goes by a name in its file: command.fire for
// pilot:command.fire.
func findLike(r *code.Release, name string, line int) (src pointSource, at spot, err error) {
	var found []string
	var in *code.File
	for _, path := range slices.Sorted(maps.Keys(r.Files)) {
		u, refusal := r.Files[path].Unit()
		if refusal != nil {
			continue
		}
		for _, d := range u.Decls[1:] {
			if !d.Capture && strings.HasSuffix("."+strings.ReplaceAll(d.Name, ":", "."), "."+strings.ReplaceAll(name, ":", ".")) {
				found, in = append(found, d.Name), r.Files[path]
			}
		}
	}
	switch len(found) {
	case 0:
		return src, at, fmt.Errorf("there is no function %s, and no module of that name", name)
	case 1:
		return findInFile(in, found[0], false, line)
	}
	return src, at, fmt.Errorf("which %s? There are %s", name, strings.Join(found, ", "))
}

// cutLine takes the line off the end of a place.
func cutLine(where string) (name string, line int, ok bool) {
	i := strings.LastIndexByte(where, ':')
	if i < 1 {
		return "", 0, false
	}
	line, err := strconv.Atoi(where[i+1:])
	return where[:i], line, err == nil && line > 0
}

// findInFile finds a line of a function, or of whatever function of the file it is in.
func findInFile(f *code.File, name string, whole bool, line int) (src pointSource, at spot, err error) {
	u, refusal := f.Unit()
	if refusal != nil {
		return src, at, refusal
	}
	roots := u.Decls[0].Children
	if !whole {
		root := declNamed(u, name)
		if root == nil {
			return src, at, fmt.Errorf("%s declares no function %s; it has %s", f.Path, name, someNames(u))
		}
		if at = spotIn(root, line); at.lost != "" {
			return src, at, fmt.Errorf("%s", at.lost)
		}
	} else if at = spotInFile(roots, line); at.lost != "" {
		return src, at, fmt.Errorf("line %d of %s is in no function, or has no code: %s", line, f.Path, nearLines(roots, line))
	}
	return sourceOf(f, outermost(u.Decls[0].Children, at.decl)).at(at), at, nil
}

// declNamed is the function that has a name in a file, or nil.
func declNamed(u *code.Unit, name string) *code.Decl {
	for _, d := range u.Decls[1:] {
		if !d.Capture && d.Name == name {
			return d
		}
	}
	return nil
}

// sourceOf notes the text in which a line of a function is looked for later.
func sourceOf(f *code.File, root *code.Decl) pointSource {
	src := pointSource{path: f.Path, hash: f.Hash, function: root.Name, whole: true, text: string(f.Source), first: 1}
	if fn, err := f.Function(root.Name); err == nil && root.Named {
		src.whole, src.text, src.first = false, fn.Text, fn.Line
	}
	return src
}

// at is the source with a place in it.
func (src pointSource) at(s spot) pointSource {
	src.name, src.line = s.decl.Name, s.line
	return src
}

// lineText is the line.
func (src pointSource) lineText() string {
	return strings.TrimSpace(strings.Split(src.text, "\n")[src.line-src.first])
}

// spotIn is the first place of a function at a line, or behind it, or of one inside it.
func spotIn(root *code.Decl, line int) spot {
	p := root.Proto
	if line < p.LineDefined || line > p.LastLineDefined {
		return spot{lost: fmt.Sprintf("line %d is not in %s, which has the lines %d to %d", line, root.Name, p.LineDefined, p.LastLineDefined)}
	}
	best := spot{lost: fmt.Sprintf("%s has no code at line %d or behind it", root.Name, line)}
	for queue := []*code.Decl{root}; len(queue) > 0; queue = queue[1:] {
		d := queue[0]
		if d.Capture {
			continue
		}
		if at, ok := firstFrom(d, line); ok && (best.lost != "" || at.line < best.line) {
			best = at
		}
		queue = append(queue, d.Children...)
	}
	return best
}

// firstFrom is the first place of a function's own code at a line or behind it.
func firstFrom(d *code.Decl, line int) (best spot, ok bool) {
	for _, pc := range bytecode.Places(d.Proto) {
		if at := d.Proto.DbgSourcePositions[pc]; at >= line && (!ok || at < best.line) {
			best, ok = spot{decl: d, pc: pc, line: at}, true
		}
	}
	return best, ok
}

// spotInFile is the place at exactly a line, in whatever function it is.
func spotInFile(roots []*code.Decl, line int) spot {
	for _, root := range roots {
		if at := spotIn(root, line); !root.Capture && at.lost == "" && at.line == line {
			return at
		}
	}
	return spot{lost: "nowhere"}
}

// outermost is the one of the functions that another is, or is inside of.
func outermost(roots []*code.Decl, d *code.Decl) *code.Decl {
	var inside func(of *code.Decl) bool
	inside = func(of *code.Decl) bool { return of == d || slices.ContainsFunc(of.Children, inside) }
	if i := slices.IndexFunc(roots, inside); i >= 0 {
		return roots[i]
	}
	return d
}

// nearLines names the places that somebody may have meant.
func nearLines(roots []*code.Decl, line int) string {
	near := map[int]string{}
	for _, root := range roots {
		if root.Capture {
			continue
		}
		for _, from := range []int{root.Proto.LineDefined, line} {
			if at, ok := firstFrom(root, from); ok {
				near[at.line] = fmt.Sprintf("%s:%d", root.Name, at.line)
			}
		}
	}
	lines := slices.SortedFunc(maps.Keys(near), func(a, b int) int { return max(a-line, line-a) - max(b-line, line-b) })
	if len(lines) == 0 {
		return "the file declares no function"
	}
	return "the nearest is " + near[lines[0]]
}

// someNames lists a few functions of a file.
func someNames(u *code.Unit) string {
	var names []string
	for _, d := range u.Decls[1:] {
		if !d.Capture && d.Named {
			names = append(names, d.Name)
		}
	}
	if len(names) > 8 {
		return strings.Join(names[:8], ", ") + fmt.Sprintf(" and %d more", len(names)-8)
	}
	return strings.Join(names, ", ")
}

// follow finds the place in another version of the file.
func (src pointSource) follow(f *code.File) (pointSource, spot) {
	u, refusal := f.Unit()
	if refusal != nil {
		return src, spot{lost: f.Path + " does not compile"}
	}
	text, first, roots := string(f.Source), 1, u.Decls[0].Children
	if !src.whole {
		root := declNamed(u, src.function)
		if root == nil {
			return src, spot{lost: "there is no " + src.function + " any more"}
		}
		now := sourceOf(f, root)
		text, first, roots = now.text, now.first, []*code.Decl{root}
	}
	n, edited, ok := code.FollowLine(src.text, text, src.line-src.first)
	if !ok {
		return src, spot{lost: fmt.Sprintf("line %d of %s is not there any more", src.line, src.function)}
	}
	found := spotInFile(roots, first+n)
	if found.lost != "" {
		return src, spot{lost: fmt.Sprintf("line %d of %s is line %d now, which has no code", src.line, src.function, first+n)}
	}
	found.edited = edited
	return sourceOf(f, outermost(u.Decls[0].Children, found.decl)).at(found), found
}
