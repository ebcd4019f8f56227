// Package panel is what the windows of the player's page are made of: the words that a
// script below scripts/panels has, the tree of elements that it returns, and the Page that
// runs all of them, each in a Lua state of its own.
//
// It knows no browser and no server, so that the same code runs in three places: in the
// page, compiled to WebAssembly (host/web/panel); in a shard, which tries a release on its
// own copy before it lets pages have it; and in bin/host test, where a test opens a panel,
// reads it and presses its buttons.
//
// Start reading at page.go; view.go is one panel, words.go what it may say, element.go how
// a Lua table becomes an element.
package panel
