package release

import (
	"strings"

	"hotshard/runtime/script/code"
)

// FindFunction finds the file that declares a function named as operators do.
func FindFunction(r *code.Release, name string) (*code.File, code.Function, error) {
	var last error
	for cut := len(name); cut > 0; cut = strings.LastIndexAny(name[:cut], ".:/") {
		f := r.Files[code.ModulePath(name[:cut])]
		if f == nil {
			continue
		}
		fn, err := f.Function(name)
		if err == nil {
			return f, fn, nil
		}
		last = &code.Refusal{Code: code.RLoad, Subject: name, File: f.Path, Message: err.Error()}
	}
	if like := alike(r, name); like != "" {
		return nil, code.Function{}, &code.Refusal{Code: code.RLoad, Subject: name, Message: "there is no function of that name; is it " + like + "?"}
	}
	if last == nil {
		last = &code.Refusal{Code: code.RLoad, Subject: name, Message: "there is no function of that name; names are m.f for a field of module m and m:h for a local function"}
	}
	return nil, code.Function{}, last
}

// alike names the functions that go by a name in the source, or by one with other
// punctuation: flight:command.stop for command.stop and flight.command.stop.
func alike(r *code.Release, name string) string {
	plain := strings.NewReplacer(":", ".")
	var found []string
	for _, path := range sortedKeys(r.Files) {
		all, _ := r.Files[path].Functions() // one that does not compile declares nothing
		for _, fn := range all {
			if strings.HasSuffix("."+plain.Replace(fn.Name), "."+plain.Replace(name)) {
				found = append(found, fn.Name)
			}
		}
	}
	return strings.Join(found[:min(len(found), 3)], " or ")
}
