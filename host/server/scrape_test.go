package server

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// A real Prometheus scrapes the shard, and has its figures.
func TestPrometheusScrapesTheShard(t *testing.T) {
	t.Parallel()
	path, err := exec.LookPath("prometheus")
	if err != nil {
		t.Skip("prometheus is not installed")
	}
	s := start(t, config(t))
	login(t, s.Addr(), "Ann", 0).event("system")
	address := prometheus(t, path, s.OpsAddr())
	for query, want := range map[string]string{
		`up{job="hotshard"}`:                                          "1",
		`hotshard_players`:                                            "1",
		`hotshard_tick_duration_seconds_count > bool 0`:               "1",
		`count(hotshard_build_info{version="` + s.cfg.Version + `"})`: "1",
	} {
		began := time.Now()
		for got := ""; got != want; time.Sleep(100 * time.Millisecond) {
			if got = ask(address, query); time.Since(began) > patience {
				t.Fatalf("%s is %q to Prometheus, want %s", query, got, want)
			}
		}
	}
}

// prometheus starts one that scrapes the target, and returns where it answers.
func prometheus(t *testing.T, path, target string) string {
	t.Helper()
	dir := t.TempDir()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	config := fmt.Sprintf("global: {scrape_interval: 1s}\nscrape_configs:\n- {job_name: hotshard, static_configs: [{targets: [%q]}]}\n", target)
	file := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--config.file", file, "--storage.tsdb.path", filepath.Join(dir, "data"), "--web.listen-address", address, "--log.level", "error")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	})
	return address
}

// ask is the only value of a query, "" for none.
func ask(address, query string) string {
	resp, err := http.Get("http://" + address + "/api/v1/query?query=" + url.QueryEscape(query))
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	var answer struct {
		Data struct{ Result []struct{ Value [2]any } }
	}
	if json.NewDecoder(resp.Body).Decode(&answer) != nil || len(answer.Data.Result) != 1 {
		return ""
	}
	return fmt.Sprint(answer.Data.Result[0].Value[1])
}
