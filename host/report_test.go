package main

import (
	"strings"
	"testing"
	"time"
)

func TestWindowOfAReport(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 1, 10, 12, 0, 0, 0, time.UTC)
	day := func(d int) time.Time { return time.Date(2030, 1, d, 0, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		flags    booksFlags
		from, to time.Time
		says     string
	}{
		{booksFlags{}, time.Time{}, time.Time{}, ""},
		{booksFlags{Since: "36h"}, day(9), time.Time{}, ""},
		{booksFlags{From: "2030-01-02", To: "2030-01-03"}, day(2), day(3), ""},
		{booksFlags{Since: "36h", To: "2030-01-10T00:00:00Z"}, day(9), day(10), ""},
		{booksFlags{To: "2030-01-03"}, time.Time{}, day(3), ""},
		{booksFlags{Since: "7"}, time.Time{}, time.Time{}, "--since: 7 of what?"},
		{booksFlags{Since: "7d", From: "2030-01-02"}, time.Time{}, time.Time{}, "give one"},
		{booksFlags{From: "yesterday"}, time.Time{}, time.Time{}, "neither a day"},
		{booksFlags{From: "2030-01-03", To: "2030-01-03"}, time.Time{}, time.Time{}, "nothing is between"},
	} {
		from, to, err := c.flags.window(now)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v", c.flags, err)
		} else if err == nil && (!from.Equal(c.from) || !to.Equal(c.to)) {
			t.Errorf("%+v: %s to %s", c.flags, from, to)
		}
	}
}
