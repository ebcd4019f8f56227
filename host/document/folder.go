package document

import (
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// Folder reads every file below a folder of an embedded file system, by its path
// from there. What is embedded cannot fail to be read, so an error is a broken binary, and
// the folder stays empty.
func Folder(from fs.FS, root string) map[string]*Document {
	files := make(map[string]*Document)
	_ = fs.WalkDir(from, root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(from, p)
		if err != nil {
			return err
		}
		files[strings.TrimPrefix(p, root+"/")] = New(ContentType(p), body)
		return nil
	})
	return files
}

// Index is the page itself, which stands at the root.
const Index = "index.html"

// Serve answers with the file that a request names, or that there is none.
func Serve(files map[string]*Document, w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	if name == "" {
		name = Index
	}
	f, ok := files[name]
	if !ok {
		Gone(w, r)
		return
	}
	f.Serve(w, r)
}

// ContentType names the type of a page's own files; a machine's mime table
// is not asked, because a wrong type for .js makes browsers refuse the module.
func ContentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".woff2":
		return "font/woff2"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".json", ".webmanifest":
		return "application/json"
	case ".wasm":
		return "application/wasm"
	}
	return "application/octet-stream"
}

// policy lets a page load its own files and open its own socket, nothing else:
// no inline script or style, no frame around it, no form that is sent anywhere.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

const policyHeader = "Content-Security-Policy"

// allow adds scripts that are in a page to what its policy lets it run, by their hashes.
func allow(h http.Header, hashes string) {
	const own = "script-src 'self'"
	h.Set(policyHeader, strings.Replace(h.Get(policyHeader), own, own+" "+hashes, 1))
}

// Secure sets the headers that every answer of a page's carries, errors too.
func Secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set(policyHeader, policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}
