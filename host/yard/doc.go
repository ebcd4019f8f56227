// Package yard has a whole cluster on this machine: a bus, a database, proxies and workers, each a
// process of its own, which all end with the one that keeps them. It is for trying out, and for
// seeing what happens when one of them is killed.
//
// Start reading at yard.go.
package yard
