package shelf_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/zstd"

	"hotshard/host/document"
	"hotshard/host/shelf"
)

// site is a small page: one module imports another, styles name a letter, and there is what
// nobody imports as it begins.
func site(change func(fstest.MapFS)) shelf.Files {
	files := fstest.MapFS{
		"s/index.html": {Data: []byte("<html><head>\n  <script src=\"boot.js\" data-inline></script>\n  <link rel=\"icon\" href=\"icon.svg\">\n" +
			"  <link rel=\"stylesheet\" href=\"style/a.css\">\n  <script type=\"module\" src=\"app.js\"></script>\n</head><body data-x></body></html>")},
		"s/boot.js":       {Data: []byte("addEventListener(\"error\", () => {});\n")},
		"s/icon.svg":      {Data: []byte("<svg/>")},
		"s/app.js":        {Data: []byte("import { b } from \"./view/b.js\";\nimport {\n  c,\n} from './c.js';\nconst later = () => import(\"./deep/later.js\");\n")},
		"s/c.js":          {Data: []byte("export const c = 1;\n")},
		"s/view/b.js":     {Data: []byte("import \"../c.js\";\nexport { d } from \"./d.js\";\nexport const b = 2;\n")},
		"s/view/d.js":     {Data: []byte("export const d = 3;\n")},
		"s/deep/later.js": {Data: []byte(strings.Repeat("export const later = 4;\n", 40))},
		"s/style/a.css":   {Data: []byte("@font-face { src: url(\"../font/f.woff2\") format(\"woff2\"); }\n.x { background: url(\"#none\"); }")},
		"s/font/f.woff2":  {Data: []byte("letters")},
		"s/room.wasm":     {Data: bytes.Repeat([]byte("\x00asm"), 300)},
	}
	if change != nil {
		change(files)
	}
	return shelf.Written(document.Folder(files, "s"))
}

func newKey(t *testing.T) *shelf.Key {
	t.Helper()
	key, err := shelf.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestAPageNamesItsFilesByWhatTheyHold(t *testing.T) {
	files := site(nil)
	page := string(files["index.html"].Body())
	for _, want := range []string{
		`href="` + files.Address("icon.svg") + `"`,
		`<link rel="stylesheet" href="` + files.Address("style/a.css") + `" integrity="` + files["style/a.css"].Integrity() + `">`,
		`src="` + files.Address("app.js") + `" integrity="` + files["app.js"].Integrity() + `"`,
		`<link rel="modulepreload" href="` + files.Address("view/d.js") + `" integrity="` + files["view/d.js"].Integrity() + `">`,
		`"./deep/later.js":"./` + files.Address("deep/later.js") + `"`,
		`"./room.wasm":"./` + files.Address("room.wasm") + `"`,
		`"./` + files.Address("c.js") + `":"` + files["c.js"].Integrity() + `"`,
		"<script>\naddEventListener(\"error\"",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s:\n%s", want, page)
		}
	}
	if strings.Contains(page, `modulepreload" href="deep`) || strings.Index(page, "importmap") > strings.Index(page, `type="module"`) {
		t.Errorf("what comes later comes first:\n%s", page)
	}
	if style := string(files["style/a.css"].Body()); !strings.Contains(style, `url("../`+files.Address("font/f.woff2")+`")`) || !strings.Contains(style, `url("#none")`) {
		t.Errorf("the style is %s", style)
	}
}

func TestAManifestIsSignedAndListsEveryFile(t *testing.T) {
	files, key := site(nil), newKey(t)
	signed, err := key.Sign(shelf.List("dev", "index.html", files))
	if err != nil {
		t.Fatal(err)
	}
	m, whose, err := shelf.Open(signed)
	if err != nil || whose != key.String() || m.Shard != "dev" || len(m.Files) != len(files) {
		t.Fatalf("read back: %+v of %s, %v", m, whose, err)
	}
	for _, entry := range m.Files {
		if file := files[entry.Name]; file == nil || file.Sum() != entry.Sum || file.Len() != entry.Size {
			t.Errorf("%+v is not what is served", entry)
		}
	}
	if first := m.Files[0].Name; first != "index.html" {
		t.Errorf("the first is %s", first)
	}
	at := func(name string) int {
		return slices.IndexFunc(m.Files, func(e shelf.Entry) bool { return e.Name == name })
	}
	if at("view/d.js") > at("deep/later.js") || at("style/a.css") > at("room.wasm") {
		t.Errorf("what the page begins with does not come first: %+v", m.Files)
	}
	if again, _ := key.Sign(shelf.List("dev", "index.html", site(nil))); !bytes.Equal(signed, again) {
		t.Error("the same files make another manifest")
	}
	for i := range signed[:bytes.IndexByte(signed, '\n')] {
		wrong := slices.Clone(signed)
		wrong[i] ^= 1
		if _, _, err := shelf.Open(wrong); err == nil {
			t.Fatalf("a manifest with another byte %d is good", i)
		}
	}
}

func TestAChangeChangesWhatItMust(t *testing.T) {
	was := site(nil)
	is := site(func(files fstest.MapFS) {
		files["s/view/d.js"] = &fstest.MapFile{Data: []byte("export const d = 5;\n")}
	})
	for name := range was {
		if changed, must := was[name].Sum() != is[name].Sum(), name == "view/d.js" || name == "index.html"; changed != must {
			t.Errorf("%s has changed: %v", name, changed)
		}
	}
}

func TestFilesArePackedBeforehand(t *testing.T) {
	files, dir := site(nil), t.TempDir()
	stale := filepath.Join(dir, strings.Repeat("0", 64)+".zst")
	if err := os.WriteFile(stale, []byte("stale"), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time nothing is left to do
		if err := shelf.Pack(files, dir); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(stale); err == nil {
		t.Error("what was packed of a file that is no more is still there")
	}
	small, err := os.ReadFile(filepath.Join(dir, files["room.wasm"].Sum()+".zst"))
	if err != nil {
		t.Fatal(err)
	}
	z, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if plain, err := z.DecodeAll(small, nil); err != nil || !bytes.Equal(plain, files["room.wasm"].Body()) {
		t.Errorf("unpacked it is something else: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, files["font/f.woff2"].Sum()+".zst")); err == nil {
		t.Error("letters are packed twice")
	}
}

func TestTheKeyIsMadeOnceAndForNobodyElse(t *testing.T) {
	file := filepath.Join(t.TempDir(), "data", "page.key")
	made, err := shelf.OpenKey(file)
	if err != nil {
		t.Fatal(err)
	}
	again, err := shelf.OpenKey(file)
	if err != nil || again.String() != made.String() {
		t.Fatalf("the second time it is another: %v", err)
	}
	if info, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v %v", info.Mode(), err)
	}
	if err := os.WriteFile(file, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := shelf.OpenKey(file); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("what is no key is told as: %v", err)
	}
}
