// Package web serves the player's page: a handful of static files that are
// compiled into the binary, and the map of the universe as JSON.
//
// The page needs no build step, but for what runs its panels (see PANELS.md); make build packs
// its files beforehand. How they come and are kept is in package shelf. static/app.js is the
// entry point; net.js, codec.js, motion.js and state.js know nothing of the DOM and are tested with
// node's own test runner (test/*.test.js); view/*.js draw.
//
// All words of the page stand in static/words, a file for each language, and a test finds
// those that do not; what scripts say is theirs, and in English. Which key does what
// (bindings.js), colours (palette.js) and what is heard (sound.js) are chosen by whoever
// plays, and kept in the browser.
package web
