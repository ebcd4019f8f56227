package load

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// The figures of the scene leave.
const (
	lookEvery = 5 * time.Second  // at the server's memory
	goodbye   = 10 * time.Second // for everybody to be out of the game
)

// leave lets everybody come in, fly, and leave, so many times, and watches until
// the server's memory is what it was before. What the server spends is measured
// from the first arrival to the last departure.
func (r *run) leave() (*Report, error) {
	if r.opt.Ops == "" {
		return nil, errors.New("what is left behind, only the operations port tells")
	}
	before, err := askMemory(r.opt.Ops)
	if err != nil {
		return nil, err
	}
	m := &Memory{HeapBefore: before.heap, RSSBefore: before.rss}
	w, err := r.measure(r.shard, func() error {
		for round := range max(1, r.opt.Rounds) {
			if err := r.visit(m, round == max(1, r.opt.Rounds)-1); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	report := r.report(w)
	report.Memory = m
	return report, r.settle(m)
}

// visit is one round: everybody comes, flies for as long as is measured, and goes.
func (r *run) visit(m *Memory, last bool) error {
	s := r.shard
	s.comeBack()
	if err := r.gather(s, float64(r.opt.Join), r.opt.Gather); err != nil {
		return err
	}
	if err := r.wait(r.opt.Measure); err != nil {
		return err
	}
	m.Joins += s.present
	if last {
		full, err := askMemory(r.opt.Ops)
		if err != nil {
			return err
		}
		m.HeapFull, m.RSSFull = full.heap, full.rss
	}
	return r.bye(s)
}

// bye lets everybody leave.
func (r *run) bye(s *side) error {
	for _, p := range s.players {
		p.leave()
	}
	err := r.loop.run(goodbye, func() bool { return s.present == 0 })
	for _, p := range s.players {
		p.lost() // whoever is not out yet just goes
	}
	return err
}

// comeBack has everybody come in once more.
func (s *side) comeBack() {
	for _, p := range s.players {
		p.going = false
	}
	s.dialled = 0
}

// leave ends the game for a player: every second one says so, the others are cut
// off.
func (p *player) leave() {
	p.going = true
	p.gen++ // no timer brings it back
	if p.stage == playing && p.num%2 == 0 {
		p.order("logout", nil)
		return
	}
	p.lost()
}

// settle looks at the server's memory until it is back, or the time for that is up.
func (r *run) settle(m *Memory) error {
	for from := time.Now(); ; {
		now, err := askMemory(r.opt.Ops)
		if err != nil {
			return err
		}
		m.settle(now, time.Since(from).Seconds())
		r.say("after %.0f s: heap %.1f MB, resident %.1f MB", m.After, m.HeapAfter, m.RSSAfter)
		if m.Back || time.Since(from) >= r.opt.Settle {
			return nil
		}
		if err := r.wait(lookEvery); err != nil {
			return err
		}
	}
}

// askMemory asks a shard's operations port, which collects garbage and gives back
// what is free before it answers.
func askMemory(url string) (memory, error) {
	resp, err := opsClient.Get(strings.TrimSuffix(url, "/") + "/memory.json?gc=1")
	if err != nil {
		return memory{}, err
	}
	defer resp.Body.Close()
	var m struct {
		Live float64 `json:"live_bytes"`
		RSS  float64 `json:"rss_bytes"`
	}
	if resp.StatusCode != http.StatusOK {
		return memory{}, fmt.Errorf("%s/memory.json: %s", url, resp.Status)
	}
	err = json.NewDecoder(resp.Body).Decode(&m)
	return memory{heap: m.Live / 1e6, rss: m.RSS / 1e6}, err
}
