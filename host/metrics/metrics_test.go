package metrics

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// told is a part with one of each kind.
type told struct{}

func (told) Figures(to Sheet) {
	to.Put(Players, 3)
	to.Put(SystemPlayers, 2, "@Sol")
	to.PutCounts(TickTime, []float64{0.1, 1}, []uint64{4, 2, 1}, 7.5)
}

func TestAScrape(t *testing.T) {
	t.Parallel()
	r := prometheus.NewRegistry()
	r.MustRegister(shard{told{}})
	want := `
# HELP hotshard_players Characters in the game.
# TYPE hotshard_players gauge
hotshard_players 3
# HELP hotshard_system_players Characters in a system that is awake.
# TYPE hotshard_system_players gauge
hotshard_system_players{system="@Sol"} 2
# HELP hotshard_tick_duration_seconds How long the ticks of all systems took.
# TYPE hotshard_tick_duration_seconds histogram
hotshard_tick_duration_seconds_bucket{le="0.1"} 4
hotshard_tick_duration_seconds_bucket{le="1"} 6
hotshard_tick_duration_seconds_bucket{le="+Inf"} 7
hotshard_tick_duration_seconds_sum 7.5
hotshard_tick_duration_seconds_count 7
`
	if err := testutil.GatherAndCompare(r, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
	problems, err := testutil.GatherAndLint(Registry("1.2.3", told{}))
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
}

// What the alerts and the dashboard ask for is what there is.
func TestAlertsAndDashboardAskForWhatThereIs(t *testing.T) {
	t.Parallel()
	names := Names()
	for _, file := range []string{"alerts.yml", "dashboard.json"} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		asked := regexp.MustCompile(`hotshard_[a-z0-9_]+`).FindAllString(string(b), -1)
		if len(asked) < 10 {
			t.Errorf("%s asks for %d metrics only", file, len(asked))
		}
		for _, name := range asked {
			base := name
			for _, suffix := range []string{"_bucket", "_sum", "_count"} {
				base = strings.TrimSuffix(base, suffix)
			}
			if !slices.Contains(names, name) && !slices.Contains(names, base) && name != "hotshard_build_info" {
				t.Errorf("%s asks for %s, which there is not", file, name)
			}
		}
	}
}

// The panels of the dashboard are told apart, and none lies on another.
func TestDashboard(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			ID      int
			Title   string
			GridPos struct{ H, W, X, Y int }
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(b, &board); err != nil {
		t.Fatal(err)
	}
	ids, taken := map[int]bool{}, map[[2]int]string{}
	for _, p := range board.Panels {
		if ids[p.ID] {
			t.Errorf("%s has the id of another", p.Title)
		}
		ids[p.ID] = true
		g := p.GridPos
		for x := g.X; x < g.X+g.W; x++ {
			for y := g.Y; y < g.Y+g.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" || x >= 24 {
					t.Fatalf("%s lies on %s, or outside", p.Title, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
	}
}

// tool is promtool's path.
func tool(t *testing.T) string {
	path, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed")
	}
	return path
}

// promtool tries the alerts on a shard that is well and on one that is not.
func TestAlerts(t *testing.T) {
	t.Parallel()
	promtool := tool(t)
	for _, args := range [][]string{{"check", "rules", "alerts.yml"}, {"test", "rules", "alerts_test.yml"}} {
		if out, err := exec.Command(promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %v: %v\n%s", args, err, out)
		}
	}
}

// Every expression of the dashboard is one that Prometheus understands.
func TestDashboardExpressions(t *testing.T) {
	t.Parallel()
	promtool := tool(t)
	b, err := os.ReadFile("dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	rules := "groups:\n- name: dashboard\n  rules:\n"
	for _, m := range regexp.MustCompile(`"expr": ("(?:[^"\\]|\\.)*")`).FindAllStringSubmatch(string(b), -1) {
		var expr string
		if err := json.Unmarshal([]byte(m[1]), &expr); err != nil {
			t.Fatal(err)
		}
		quoted, _ := json.Marshal(strings.ReplaceAll(expr, "$__rate_interval", "1m"))
		rules += "  - {record: a, expr: " + string(quoted) + "}\n"
	}
	file := t.TempDir() + "/rules.yml"
	if err := os.WriteFile(file, []byte(rules), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(promtool, "check", "rules", "--lint=none", file).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
