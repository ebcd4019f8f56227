// Package opspage is the operators' page: how every system does, over time, and the
// operators' commands in a browser.
//
// The page shows and never decides. What an operator asks for is a line for the registry
// of package command, spoken over the protocol of package serve, with the same roles,
// second person and audit as at a terminal; the page only lays out what comes back. What
// it adds is figures: a Feed looks at all systems once a second, keeps an hour of that in
// rings, and tells whoever watches what has changed, encoded once for all of them.
//
// One WebSocket carries both: its text messages are lines of the console's protocol, its
// binary ones are figures. An operator signs in with a link that the command page makes,
// good once, and is then whoever asked for it, in a role no higher; there are no
// passwords, no cookies, and the token lives in one tab of one browser.
//
// What functions take it asks the same port for, at /debug/lua.json, as whom it is signed in,
// and draws it as a flame graph: that is a tree, and no answer of a command.
//
// The page needs no build step. static/app.js is the entry point; figures.js, flame.js, ridges.js
// and text.js know nothing of the DOM and are tested with node's own test runner
// (test/*.test.js); view/*.js draw.
package opspage
