package web

import (
	"bytes"
	"embed"
	"io/fs"

	"hotshard/host/document"
)

// What make build leaves here: see built/ABOUT.txt.
//
//go:embed built
var built embed.FS

const (
	engineName = "panels.wasm"  // the program that runs panels, in built packed by gzip
	startName  = "wasm_exec.js" // what starts it
	workerName = "panels/worker.js"
)

// workerPolicy is for the worker in which panels run: it may load its own two files and make
// a program of the second.
const workerPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"

// HasPanels says whether the page has what runs panels.
func HasPanels() bool {
	_, err := fs.Stat(built, "built/"+engineName+".gz")
	return err == nil
}

// addPanels adds what runs panels to the page's files, where it was built, and the mark by
// which the page knows that it is there.
func addPanels(files map[string]*document.Document) {
	files[workerName] = files[workerName].Under(workerPolicy)
	packed, err := built.ReadFile("built/" + engineName + ".gz")
	if err != nil {
		return
	}
	engine, err := document.Gzipped(document.ContentType(engineName), packed)
	start, missing := built.ReadFile("built/" + startName)
	if err != nil || missing != nil {
		return // half of a build
	}
	files["panels/"+engineName] = engine
	files["panels/"+startName] = document.New(document.ContentType(startName), start)
	page := bytes.Replace(files[document.Index].Body(), []byte("<body "), []byte("<body data-panels "), 1)
	files[document.Index] = document.New(document.ContentType(document.Index), page)
}
