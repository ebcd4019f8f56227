package command

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// maxDuration is the longest time anybody can mean.
const maxDuration = 100 * 365 * 24 * time.Hour

// durationParts are the units of a duration, longest first, each at most once.
var durationParts = [...]struct {
	letter string
	unit   time.Duration
}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond}}

var (
	durationText = regexp.MustCompile(`^(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$`)
	// almostDuration is a number with a unit that is nearly one of ours.
	almostDuration = regexp.MustCompile(`(?i)^(\d+(?:\.\d+)?) ?(s|m|h|d|sec|min|hr|second|minute|hour|day)s?$`)
)

// ParseDuration reads a duration as operators write it: 30s, 15m, 2h30m, 7d, 500ms.
// It is the one reader of all commands. What is not exactly a duration longer than
// nothing is an error that names the mend: a slip must not become a shorter time
// than was meant. A number without a unit is such a slip.
func ParseDuration(v string) (time.Duration, error) {
	if v == "" {
		return 0, fmt.Errorf("a duration is missing: write 30s, 15m, 2h30m or 7d")
	}
	if n, err := strconv.ParseFloat(v, 64); err == nil && n > 0 && strings.Trim(v, "0123456789.") == "" {
		return 0, fmt.Errorf("%s of what? Write %ss, %sm or %sh", v, v, v, v)
	}
	found := durationText.FindStringSubmatch(v)
	if found == nil {
		if near := almostDuration.FindStringSubmatch(v); near != nil {
			return 0, fmt.Errorf("%q is not a duration: write %s%s", v, near[1], strings.ToLower(near[2][:1]))
		}
		return 0, fmt.Errorf("%q is not a duration: write 30s, 15m, 2h30m or 7d", v)
	}
	sum := 0.0
	for i, part := range durationParts {
		if text := found[i+1]; text != "" {
			n, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return 0, fmt.Errorf("%q is not a duration: %s is no number", v, text)
			}
			sum += n * float64(part.unit)
		}
	}
	switch {
	case sum > float64(maxDuration):
		return 0, fmt.Errorf("%q is longer than anybody can mean: at most %s", v, Spoken(maxDuration))
	case sum < 1:
		return 0, fmt.Errorf("%q is no time at all: write 30s, 15m, 2h30m or 7d", v)
	}
	return time.Duration(sum), nil
}

// Spoken is a duration as a sentence says it, to the second: "2 hours 30 minutes".
func Spoken(d time.Duration) string {
	if d = d.Round(time.Second); d < time.Second {
		return "0 seconds"
	}
	var parts []string
	for _, p := range [...]struct {
		unit time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := d / p.unit; n > 0 {
			parts = append(parts, count(int(n), p.name))
			d -= n * p.unit
		}
	}
	return strings.Join(parts, " ")
}
