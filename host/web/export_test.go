package web

// Release is Kept for other files than those of this build.
var Release = kept
