// Package record keeps on disk what goes into the systems of a shard, and runs it again.
// See DESIGN.md. A Recorder is the ring on disk, with one goroutine that writes; a Stream is
// what one system writes to. A Recording is what is read back, and Play runs it.
package record
