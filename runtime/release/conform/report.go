package conform

import (
	"fmt"
	"io"
	"os"
)

// Files runs the cases of the named files, writes a line for each and the totals,
// and returns how many failed. An unreadable file is an error.
func Files(w io.Writer, paths []string) (failed int, err error) {
	passed := 0
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return 0, err
		}
		cases, err := Parse(f)
		f.Close()
		if err != nil {
			return 0, fmt.Errorf("%s: %w", path, err)
		}
		if len(cases) == 0 {
			return 0, fmt.Errorf("%s: holds no case; a case begins with `### ID title`", path)
		}
		for _, c := range cases {
			if line, ok := verdict(c); ok {
				passed++
				fmt.Fprintln(w, line)
			} else {
				failed++
				fmt.Fprintln(w, line)
			}
		}
	}
	fmt.Fprintf(w, "%d passed, %d failed\n", passed, failed)
	return failed, nil
}

func verdict(c *Case) (string, bool) {
	if !c.HasCode() {
		if test := covered[c.ID]; test != "" {
			return fmt.Sprintf("PASS %s (covered by %s)", c.ID, test), true
		}
		return fmt.Sprintf("FAIL %s: no Go test covers it: %s", c.ID, c.Requires), false
	}
	if err := Run(c); err != nil {
		return fmt.Sprintf("FAIL %s: %v", c.ID, err), false
	}
	return "PASS " + c.ID, true
}
