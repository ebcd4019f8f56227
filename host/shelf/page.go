package shelf

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"hotshard/host/document"
)

// Files are those of a page, by their names: the paths at which they are served.
type Files map[string]*document.Document

// Written is the files with everything in them that names another by its path, and cannot be
// led by an import map, naming it by its hash: what styles name, and pages. The map in a page
// has all else.
func Written(files Files) Files {
	all := maps.Clone(files)
	for name := range files {
		if path.Ext(name) == ".css" {
			all[name] = remade(files[name], name, all.style(name))
		}
	}
	for name := range files {
		if path.Ext(name) == ".html" {
			all[name] = all.Page(name, files[name].Body())
		}
	}
	return all
}

// Address is where a file is served as what it is now.
func (f Files) Address(name string) string { return name + "?" + document.Sum + "=" + f[name].Sum() }

func remade(was *document.Document, name string, body []byte) *document.Document {
	if bytes.Equal(was.Body(), body) {
		return was
	}
	return document.New(document.ContentType(name), body)
}

var inStyles = regexp.MustCompile(`url\("([^"?#]+)"\)`)

// style names by their hashes what a style names: fonts, which name nothing themselves.
func (f Files) style(name string) []byte {
	return inStyles.ReplaceAllFunc(f[name].Body(), func(found []byte) []byte {
		to := string(inStyles.FindSubmatch(found)[1])
		if full := path.Join(path.Dir(name), to); f[full] != nil {
			return []byte(`url("` + to + "?" + document.Sum + "=" + f[full].Sum() + `")`)
		}
		return found
	})
}

var (
	inPages = regexp.MustCompile(`<(link|script)\b[^>]*?\s(?:href|src)="([^"?#:]+)"[^>]*>`)
	inlined = regexp.MustCompile(`<script src="([^"]+)" data-inline></script>`)
	entry   = regexp.MustCompile(`<script type="module" src="([^"]+)"></script>`)
)

// Page writes a page of these files: what it names is named by hash, with which a browser
// refuses other bytes; the modules that it begins with are named before they are looked for;
// an import map leads to all else. Scripts that are marked data-inline stand in the page.
func (f Files) Page(name string, body []byte) *document.Document {
	w := &pageWriter{files: f, all: name == document.Index}
	body = entry.ReplaceAllFunc(body, w.begin)
	body = inPages.ReplaceAllFunc(body, w.name)
	body = inlined.ReplaceAllFunc(body, w.inline)
	return document.New(document.ContentType(name), body).Allowing(strings.Join(w.scripts, " "))
}

type pageWriter struct {
	files   Files
	all     bool     // the page may need whatever there is
	scripts []string // hashes of those that stand in the page
}

// begin puts the import map before the module that a page begins with, and after it what
// that imports: a browser would find those one after the other.
func (w *pageWriter) begin(tag []byte) []byte {
	name := string(entry.FindSubmatch(tag)[1])
	if w.files[name] == nil {
		return tag
	}
	first, may := w.files.imports(name, imported), w.files.imports(name, anyhow)
	if w.all {
		may = slices.Sorted(maps.Keys(w.files))
	}
	b := bytes.NewBuffer(w.script(` type="importmap"`, w.files.importMap(may)))
	b.WriteString("\n  ")
	b.Write(tag)
	for _, other := range first[1:] {
		b.WriteString("\n  <link rel=\"modulepreload\" href=\"" + other + "\">")
	}
	return b.Bytes()
}

// inline is a script that stands in the page.
func (w *pageWriter) inline(tag []byte) []byte {
	file := w.files[string(inlined.FindSubmatch(tag)[1])]
	if file == nil {
		return tag
	}
	return w.script("", append([]byte("\n"), file.Body()...))
}

func (w *pageWriter) script(attributes string, code []byte) []byte {
	sum := sha256.Sum256(code)
	w.scripts = append(w.scripts, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	return slices.Concat([]byte("<script"+attributes+">"), code, []byte("</script>"))
}

// name names by its hash what a link or a script names. The integrity of pictures and fonts
// is asked by no browser.
func (w *pageWriter) name(tag []byte) []byte {
	found := inPages.FindSubmatch(tag)
	name := string(found[2])
	file := w.files[name]
	if file == nil || bytes.Contains(tag, []byte(" data-inline")) {
		return tag
	}
	tag = bytes.Replace(tag, []byte(`"`+name+`"`), []byte(`"`+w.files.Address(name)+`"`), 1)
	if ext := path.Ext(name); ext == ".js" || ext == ".css" {
		tag = slices.Concat(tag[:len(tag)-1], []byte(` integrity="`+file.Integrity()+`">`))
	}
	return tag
}

// importMap leads from the paths of files to their addresses, and says what modules are.
func (f Files) importMap(names []string) []byte {
	var m struct {
		Imports   map[string]string `json:"imports"`
		Integrity map[string]string `json:"integrity"`
	}
	m.Imports, m.Integrity = map[string]string{}, map[string]string{}
	for _, name := range names {
		if path.Ext(name) == ".html" {
			continue
		}
		m.Imports["./"+name] = "./" + f.Address(name)
		if path.Ext(name) == ".js" {
			m.Integrity["./"+f.Address(name)] = f[name].Integrity()
		}
	}
	b, _ := json.Marshal(m) // strings alone
	return b
}

var (
	// imported matches what a module imports as it is read, anyhow also what it imports later.
	imported = regexp.MustCompile(`(?m)^(?:import|export)\b[^"'();]*["'](\.{1,2}/[^"']+)["']`)
	anyhow   = regexp.MustCompile(`(?m)(?:^(?:import|export)\b[^"'();]*|\bimport\()["'](\.{1,2}/[^"']+)["']`)
)

// imports is a module and all that it imports, and what that does, in the order in which it
// is found.
func (f Files) imports(name string, how *regexp.Regexp) []string {
	list := []string{name}
	for i := 0; i < len(list); i++ {
		for _, found := range how.FindAllSubmatch(f[list[i]].Body(), -1) {
			if to := path.Join(path.Dir(list[i]), string(found[1])); f[to] != nil && !slices.Contains(list, to) {
				list = append(list, to)
			}
		}
	}
	return list
}
