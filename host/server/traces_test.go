package server

import (
	"compress/gzip"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"hotshard/host/traces"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/span"
	"hotshard/runtime/world"
)

// collects is a collector of traces: what OpenTelemetry's programs send to.
type collects struct {
	t   testing.TB
	url string

	mu    sync.Mutex
	spans []*otlp.Span
	about map[string]string // of the resource
}

func collect(t testing.TB) *collects {
	c := &collects{t: t, about: map[string]string{}}
	srv := httptest.NewServer(http.HandlerFunc(c.serve))
	t.Cleanup(srv.Close)
	c.url = srv.URL
	return c
}

func (c *collects) serve(w http.ResponseWriter, r *http.Request) {
	body := r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			c.t.Error(err)
			return
		}
		body = z
	}
	b, err := io.ReadAll(body)
	var req collector.ExportTraceServiceRequest
	if err == nil {
		err = proto.Unmarshal(b, &req)
	}
	if err != nil || r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/x-protobuf" {
		c.t.Errorf("%s %v: %v", r.URL.Path, r.Header, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, rs := range req.ResourceSpans {
		for _, a := range rs.Resource.Attributes {
			c.about[a.Key] = a.Value.GetStringValue()
		}
		for _, ss := range rs.ScopeSpans {
			c.spans = append(c.spans, ss.Spans...)
		}
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
}

// named is the span of a name, nil for none.
func (c *collects) named(name string) *otlp.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.spans {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// A player's command is followed from the socket through its system, a service and the
// store, under one trace, each span below who asked for it.
func TestACommandIsFollowed(t *testing.T) {
	t.Parallel()
	c := collect(t)
	cfg := config(t)
	cfg.Traces, cfg.TraceRatio = c.url, 1
	edit(t, cfg, "flight.lua", "  return service.call", "  system.send(system.name(), \"counted\", args.n)\n  return service.call")
	edit(t, cfg, "flight.lua", "function command.bank", "function event.counted(from, n) end\n\nfunction command.bank")
	edit(t, cfg, "services/counter.lua", "  counter.sum = counter.sum + n\n", "  counter.sum = counter.sum + n\n  store.put(\"count\", counter.sum)\n")
	s := start(t, cfg)
	ada := login(t, s.Addr(), "Ada", wire.JSON)
	if got := ada.do("count", map[string]world.Value{"n": 3.0}); got != 3.0 {
		t.Fatal(got)
	}
	ada.do("where", nil) // by then what was sent has come
	s.stop()
	if c.about["service.name"] != "hotshard" || c.about["service.namespace"] != s.cfg.Shard {
		t.Errorf("of the shard it says %v", c.about)
	}
	ids, trace := map[string]string{}, ""
	for _, link := range [][2]string{
		{"receive count", ""}, {"command count", "receive count"}, {"event counted", "command count"},
		{"ask counter.add", "command count"}, {"serve add", "ask counter.add"}, {"outside store.put", "serve add"},
	} {
		name, above := link[0], link[1]
		sp := c.named(name)
		if sp == nil {
			t.Fatalf("there is no span %s", name)
		}
		if trace == "" {
			trace = hex.EncodeToString(sp.TraceId)
		}
		if got := hex.EncodeToString(sp.TraceId); got != trace || len(sp.TraceId) != 16 {
			t.Errorf("%s is of trace %s, not %s", name, got, trace)
		}
		if got := hex.EncodeToString(sp.ParentSpanId); got != ids[above] {
			t.Errorf("%s is below %q, not %s", name, got, above)
		}
		if sp.EndTimeUnixNano < sp.StartTimeUnixNano {
			t.Errorf("%s ends before it begins", name)
		}
		ids[name] = hex.EncodeToString(sp.SpanId)
	}
}

// Without a collector nobody follows anything, and of what is not sampled nothing comes.
func TestNothingIsFollowedUnasked(t *testing.T) {
	tr, err := traces.New(t.Context(), traces.Config{})
	if tr != nil || err != nil {
		t.Fatalf("%v %v", tr, err)
	}
	c := collect(t)
	if tr, err = traces.New(t.Context(), traces.Config{Endpoint: c.url, Ratio: 1e-9}); err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if sp := tr.Root(span.Receive, "dock", time.Now()); sp != nil {
			t.Fatal("it is followed")
		}
	}
	if n := testing.AllocsPerRun(1000, func() { tr.Root(span.Receive, "dock", time.Time{}) }); n != 0 {
		t.Errorf("not to follow takes %v allocations", n)
	}
	if err := tr.Close(t.Context()); err != nil || len(c.spans) != 0 {
		t.Errorf("%v, %d spans", err, len(c.spans))
	}
	for _, bad := range []string{"127.0.0.1:4318", "ftp://x"} {
		if _, err := traces.New(t.Context(), traces.Config{Endpoint: bad}); err == nil || !strings.Contains(err.Error(), "http://") {
			t.Errorf("%s: %v", bad, err)
		}
	}
	t.Setenv(traces.EnvEndpoint, c.url)
	t.Setenv(traces.EnvRatio, "2")
	if _, err := traces.New(t.Context(), traces.Config{}); err == nil || !strings.Contains(err.Error(), "from 0 to 1") {
		t.Error(err)
	}
}
