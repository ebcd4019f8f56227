// Package traces keeps the spans of followed work, and sends them to a collector by
// OpenTelemetry's protocol over HTTP.
package traces

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	api "go.opentelemetry.io/otel/trace"

	"hotshard/runtime/span"
)

// EnvEndpoint and EnvTraces name the collector, as everywhere; EnvRatio is the part of the commands that
// is followed, where the configuration does not say.
const (
	EnvEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT"
	EnvTraces   = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	EnvRatio    = "OTEL_TRACES_SAMPLER_ARG"
)

// DefaultRatio is the part of the commands that is followed where nobody says.
const DefaultRatio = 0.01

// Config says where spans go.
type Config struct {
	Endpoint string  // "http://127.0.0.1:4318"; "" for what the environment says
	Ratio    float64 // of all commands; 0 for what the environment says
	Shard    string
	Version  string
	Log      *slog.Logger
}

// Tracer implements span.Tracer. Ending a span hands it over and never waits: spans that
// come faster than the collector takes them are dropped.
type Tracer struct {
	ratio    float64
	provider *trace.TracerProvider
	tracer   api.Tracer
}

// New begins to send spans; nil where neither the configuration nor the environment names
// a collector.
func New(ctx context.Context, c Config) (*Tracer, error) {
	var opts []otlptracehttp.Option
	switch {
	case c.Endpoint != "":
		if !strings.HasPrefix(c.Endpoint, "http://") && !strings.HasPrefix(c.Endpoint, "https://") {
			return nil, fmt.Errorf("the collector of traces %q is no address: write http://HOST:4318", c.Endpoint)
		}
		opts = append(opts, otlptracehttp.WithEndpointURL(strings.TrimSuffix(c.Endpoint, "/")+"/v1/traces"))
	case os.Getenv(EnvEndpoint) == "" && os.Getenv(EnvTraces) == "":
		return nil, nil
	}
	ratio, err := c.ratio()
	if err != nil {
		return nil, err
	}
	exporter, err := otlptracehttp.New(ctx, opts...)
	if err != nil {
		return nil, fmt.Errorf("the collector of traces: %w", err)
	}
	if c.Log != nil {
		otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { c.Log.Warn("traces: the collector does not take spans", "error", err) }))
	}
	t := &Tracer{ratio: ratio, provider: trace.NewTracerProvider(trace.WithBatcher(exporter), trace.WithSampler(trace.AlwaysSample()), trace.WithResource(c.resource()))}
	t.tracer = t.provider.Tracer("hotshard")
	return t, nil
}

func (c Config) ratio() (float64, error) {
	if c.Ratio > 0 {
		return min(c.Ratio, 1), nil
	}
	v := os.Getenv(EnvRatio)
	if v == "" {
		return DefaultRatio, nil
	}
	ratio, err := strconv.ParseFloat(v, 64)
	if err != nil || ratio < 0 || ratio > 1 {
		return 0, fmt.Errorf("%s=%q is no part of the commands: write a number from 0 to 1", EnvRatio, v)
	}
	return ratio, nil
}

func (c Config) resource() *resource.Resource {
	own := resource.NewSchemaless(attribute.String("service.name", "hotshard"), attribute.String("service.namespace", c.Shard), attribute.String("service.version", c.Version))
	all, err := resource.Merge(own, resource.Environment()) // what the environment says counts more
	if err != nil {
		return own
	}
	return all
}

// Close sends what is left, and ends.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// Root implements span.Tracer.
func (t *Tracer) Root(kind, what string, at time.Time) span.Span {
	if t.ratio < 1 && rand.Float64() >= t.ratio {
		return nil
	}
	return t.start(context.Background(), kind, what, "", api.SpanKindServer, at)
}

// kinds are what spans are to those who draw them.
var kinds = map[string]api.SpanKind{
	span.Receive: api.SpanKindServer, span.Ask: api.SpanKindClient, span.Serve: api.SpanKindServer,
	span.Outside: api.SpanKindClient, span.Event: api.SpanKindConsumer, span.Command: api.SpanKindConsumer,
}

// Below implements span.Tracer.
func (t *Tracer) Below(parent span.ID, kind, what, where string, at time.Time) span.Span {
	ctx := api.ContextWithSpanContext(context.Background(), api.NewSpanContext(api.SpanContextConfig{
		TraceID: parent.Trace, SpanID: parent.Span, TraceFlags: api.FlagsSampled,
	}))
	return t.start(ctx, kind, what, where, kinds[kind], at)
}

func (t *Tracer) start(ctx context.Context, kind, what, where string, as api.SpanKind, at time.Time) span.Span {
	about := []attribute.KeyValue{attribute.String("hotshard.kind", kind), attribute.String("hotshard.name", what)}
	if where != "" {
		about = append(about, attribute.String("hotshard.system", strings.TrimPrefix(where, "@")))
	}
	_, s := t.tracer.Start(ctx, kind+" "+what, api.WithTimestamp(at), api.WithSpanKind(as), api.WithAttributes(about...))
	return open{s}
}

// open is a span that has not ended.
type open struct{ s api.Span }

// ID implements span.Span.
func (o open) ID() span.ID {
	c := o.s.SpanContext()
	return span.ID{Trace: c.TraceID(), Span: c.SpanID()}
}

// End implements span.Span.
func (o open) End(at time.Time, err error) {
	if err != nil {
		o.s.SetStatus(codes.Error, err.Error())
	}
	o.s.End(api.WithTimestamp(at))
}
