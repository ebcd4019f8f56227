package node

import "time"

// began is when the process was.
var began = time.Now()
