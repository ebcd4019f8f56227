package load

import (
	"fmt"
	"math"
)

// Memory is what players leave behind: the server's memory before them, with the
// last of them there, and after they have gone. Heap is what is in use of Go's
// heap after a collection, RSS what the process holds once it has given back what is
// free. All in MB (1e6 bytes).
type Memory struct {
	Joins      int     `json:"joins"` // how often somebody came in
	HeapBefore float64 `json:"heap_before_mb"`
	HeapFull   float64 `json:"heap_full_mb"`
	HeapAfter  float64 `json:"heap_after_mb"`
	RSSBefore  float64 `json:"rss_before_mb"`
	RSSFull    float64 `json:"rss_full_mb"`
	RSSAfter   float64 `json:"rss_after_mb"`
	Back       bool    `json:"back"`         // both are within a tenth of what they were
	After      float64 `json:"back_after_s"` // how long that took, or what was waited for it
}

// slack is how much more memory than before still counts as back.
const slack = 1.1

// settle takes the figures of some seconds after the last player went.
func (m *Memory) settle(now memory, seconds float64) {
	m.HeapAfter, m.RSSAfter, m.After = now.heap, now.rss, seconds
	m.Back = now.heap <= slack*m.HeapBefore && now.rss <= slack*m.RSSBefore
}

// String says it in words.
func (m *Memory) String() string {
	outcome := "back"
	if !m.Back {
		outcome = "NOT back"
	}
	return fmt.Sprintf("%d joined and left: heap %.1f MB before, %.1f with them, %.1f after (%+.0f %%); resident %.1f, %.1f, %.1f (%+.0f %%); %s after %.0f s\n",
		m.Joins, m.HeapBefore, m.HeapFull, m.HeapAfter, growth(m.HeapBefore, m.HeapAfter),
		m.RSSBefore, m.RSSFull, m.RSSAfter, growth(m.RSSBefore, m.RSSAfter), outcome, m.After)
}

// growth is by how many percent something has grown.
func growth(from, to float64) float64 {
	if from <= 0 {
		return math.Inf(1)
	}
	return 100 * (to/from - 1)
}

// memory is what the server's operations port says of it, in MB.
type memory struct{ heap, rss float64 }
