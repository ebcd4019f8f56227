package node

import "time"

var begun = time.Now()
