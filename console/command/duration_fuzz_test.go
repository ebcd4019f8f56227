package command

import "testing"

// FuzzDuration reads what operators may write: a time, or an error that names the mend.
func FuzzDuration(f *testing.F) {
	for _, text := range []string{"", "30s", "2h30m", "7d", "500ms", "0s", "1e9h", "-1s", "36500d", "99999999999999999999d", "1.5.5s", "5 minutes", "5M", "m"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDuration(text)
		if err == nil && (d <= 0 || d > maxDuration) || err != nil && err.Error() == "" {
			t.Errorf("%q is %v, %v", text, d, err)
		}
	})
}
