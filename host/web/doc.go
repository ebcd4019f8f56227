// Package web serves the player's page: a handful of static files that are
// compiled into the binary, and the map of the universe as JSON.
//
// The page needs no build step, but for what runs its panels: see PANELS.md.
// static/app.js is the entry point; net.js, codec.js, motion.js and state.js
// know nothing of the DOM and are tested with node's own test runner
// (test/*.test.js); view/*.js draw.
package web
