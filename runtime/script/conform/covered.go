package conform

// covered names, for each case that is a requirement without code, the Go test
// that shows it.
var covered = map[string]string{}
