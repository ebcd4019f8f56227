package release

import (
	"strings"

	"hotshard/runtime/script"
)

// FindFunction finds the file that declares a function named as operators do.
func FindFunction(r *script.Release, name string) (*script.File, script.Function, error) {
	var last error
	for cut := len(name); cut > 0; cut = strings.LastIndexAny(name[:cut], ".:/") {
		f := r.Files[script.ModulePath(name[:cut])]
		if f == nil {
			continue
		}
		fn, err := f.Function(name)
		if err == nil {
			return f, fn, nil
		}
		last = &script.Refusal{Code: "R-LOAD", Subject: name, File: f.Path, Message: err.Error()}
	}
	if like := alike(r, name); like != "" {
		return nil, script.Function{}, &script.Refusal{Code: "R-LOAD", Subject: name, Message: "there is no function of that name; is it " + like + "?"}
	}
	if last == nil {
		last = &script.Refusal{Code: "R-LOAD", Subject: name, Message: "there is no function of that name; names are m.f for a field of module m and m:h for a local function"}
	}
	return nil, script.Function{}, last
}

// alike names the functions that go by a name in the source, or by one with other
// punctuation: flight:command.stop for command.stop and flight.command.stop.
func alike(r *script.Release, name string) string {
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
