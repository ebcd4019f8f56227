//go:build go1.27 || !(amd64 || arm64)

package vm

const knownMaps = false
