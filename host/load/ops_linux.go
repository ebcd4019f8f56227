package load

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// usage is what a server says of itself.
type usage struct {
	cpu      float64 // s, since it started
	rss      float64 // bytes
	p50, p99 float64 // ms a tick, of the system with the most players
	dilation float64 // the least of all systems, 0 where unknown
}

var opsClient = &http.Client{Timeout: 10 * time.Second}

// askOps asks a shard's operations port.
func askOps(url string) (usage, error) {
	resp, err := opsClient.Get(strings.TrimSuffix(url, "/") + "/metrics.json")
	if err != nil {
		return usage{}, fmt.Errorf("the operations port does not answer (%w); --ops says where it is, --ops '' does without the server's figures", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return usage{}, fmt.Errorf("%s/metrics.json: %s", url, resp.Status)
	}
	var m struct {
		CPU    float64 `json:"cpu_s"`
		RSS    float64 `json:"rss_bytes"`
		Actors []struct {
			Players  int     `json:"players"`
			P50      float64 `json:"tick_p50_ms"`
			P99      float64 `json:"tick_p99_ms"`
			Dilation float64 `json:"dilation"`
		} `json:"actors"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&m); err != nil {
		return usage{}, fmt.Errorf("%s/metrics.json: %w", url, err)
	}
	u := usage{cpu: m.CPU, rss: m.RSS}
	most := 0
	for _, a := range m.Actors {
		if a.Players > most {
			most, u.p50, u.p99 = a.Players, a.P50, a.P99
		}
		if a.Dilation > 0 && (u.dilation == 0 || a.Dilation < u.dilation) {
			u.dilation = a.Dilation
		}
	}
	return u, nil
}

// usageOf asks the kernel about a process.
func usageOf(pid int) (usage, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return usage{}, err
	}
	// The name, in brackets, may hold anything; fields count from behind it.
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	if len(f) < 22 {
		return usage{}, fmt.Errorf("/proc/%d/stat: %d fields", pid, len(f))
	}
	user, _ := strconv.ParseFloat(f[11], 64)
	system, _ := strconv.ParseFloat(f[12], 64)
	pages, _ := strconv.ParseFloat(f[21], 64)
	const ticksPerSecond = 100 // USER_HZ, the same on every Linux Go runs on
	return usage{cpu: (user + system) / ticksPerSecond, rss: pages * float64(os.Getpagesize())}, nil
}

// ownCPU is the processor time this process has used, in seconds.
func ownCPU() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
