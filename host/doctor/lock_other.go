//go:build !unix

package doctor

func lock(string) Finding { return fine("lock", "not looked at here") }
