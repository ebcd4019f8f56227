// Package metrics says what a shard does in the terms of Prometheus. What there is to
// be said stands in catalogue.go; whoever knows it is a Part, and is asked at each
// scrape: nothing is kept in between, so nothing can be forgotten.
package metrics

import (
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

const namespace = "hotshard"

// Family is one metric: what it is called, what it means, and by which labels it is
// told apart.
type Family struct {
	name string
	desc *prometheus.Desc
	kind prometheus.ValueType
}

// families are all that the catalogue lists.
var families []Family

// gauge is a family of values that go up and down.
func gauge(name, help string, labels ...string) Family {
	return family(name, help, labels, prometheus.GaugeValue)
}

// counter is a family of values that only grow. Its name ends in _total.
func counter(name, help string, labels ...string) Family {
	return family(name, help, labels, prometheus.CounterValue)
}

// histogram is a family of counts by size.
func histogram(name, help string, labels ...string) Family {
	return family(name, help, labels, prometheus.UntypedValue)
}

func family(name, help string, labels []string, kind prometheus.ValueType) Family {
	name = prometheus.BuildFQName(namespace, "", name)
	f := Family{name, prometheus.NewDesc(name, help, labels, nil), kind}
	families = append(families, f)
	return f
}

// Names are those of all families of the catalogue.
func Names() []string {
	names := make([]string, len(families))
	for i, f := range families {
		names[i] = f.name
	}
	return names
}

// Sheet takes the values of one scrape.
type Sheet chan<- prometheus.Metric

// Put notes a value, with one value for each label.
func (s Sheet) Put(f Family, v float64, labels ...string) {
	s <- prometheus.MustNewConstMetric(f.desc, f.kind, v, labels...)
}

// PutCounts notes a histogram: counts has a number for each bound, of what that is the
// first bound of, and one more for what is beyond all; sum is that of what was counted.
func (s Sheet) PutCounts(f Family, bounds []float64, counts []uint64, sum float64, labels ...string) {
	within := make(map[float64]uint64, len(bounds))
	var total uint64
	for i, n := range counts {
		total += n
		if i < len(bounds) {
			within[bounds[i]] = total
		}
	}
	s <- prometheus.MustNewConstHistogram(f.desc, total, sum, within, labels...)
}

// Part is whoever knows what some of the families are.
type Part interface{ Figures(Sheet) }

// shard lets Prometheus ask all parts.
type shard []Part

// Describe implements prometheus.Collector.
func (shard) Describe(ch chan<- *prometheus.Desc) {
	for _, f := range families {
		ch <- f.desc
	}
}

// Collect implements prometheus.Collector.
func (s shard) Collect(ch chan<- prometheus.Metric) {
	for _, p := range s {
		p.Figures(ch)
	}
}

// Registry is all that a shard of that version has to say, with what Go's runtime and
// the operating system say of the process.
func Registry(version string, parts ...Part) *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), build(version), shard(parts))
	return r
}

// build is constant, and tells versions apart in what was scraped.
func build(version string) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info", Help: "1, with the version of the shard and of Go.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	}, func() float64 { return 1 })
}
