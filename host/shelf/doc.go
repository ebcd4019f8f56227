// Package shelf has the files of a page by what they hold. A page that it has written names
// each of its files by the SHA-256 of the bytes, so that a browser keeps them for ever and
// refuses other bytes; a signed manifest lists all of them, by name, hash and size, for the
// page's keeper (host/web/static/keeper.js), which fetches what it does not have, over
// transfers that break, and nothing twice, whatever release it came with.
//
// The files themselves stay as they are, modules that import one another by path, and need no
// build step: an import map in the page leads from the path to the address with the hash.
// DESIGN.md has what the signature is good for, and what it is not.
package shelf
