package deploy

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// objects reads what the manifests say, by the API's own types: a field that there is not, in the
// wrong place or of the wrong kind, is an error, and so is one that is there twice.
func objects(t *testing.T) (all []runtime.Object) {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{appsv1.AddToScheme, corev1.AddToScheme, policyv1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	decoder := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
	files, err := filepath.Glob("kubernetes/[^k]*.yaml") // all but kustomization.yaml, which kubectl reads
	if err != nil || len(files) == 0 {
		t.Fatal("there are no manifests", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for docs := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(b))); ; {
			doc, err := docs.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(file, err)
			}
			o, _, err := decoder.Decode(doc, nil, nil)
			if err != nil {
				t.Errorf("%s: %v", file, err)
				continue
			}
			all = append(all, o)
		}
	}
	return all
}

// The manifests are what the API takes, and go together: what one names, another has.
func TestKubernetesManifests(t *testing.T) {
	t.Parallel()
	pods, services, budgets := map[string]corev1.PodTemplateSpec{}, map[string]*corev1.Service{}, map[string]*policyv1.PodDisruptionBudget{}
	given := map[string]bool{} // secrets and config maps
	for _, o := range objects(t) {
		switch o := o.(type) {
		case *appsv1.StatefulSet:
			pods[o.Name] = o.Spec.Template
			if o.Spec.Selector == nil || !within(o.Spec.Selector.MatchLabels, o.Spec.Template.Labels) {
				t.Errorf("%s does not select its own pods", o.Name)
			}
			defer func() {
				if services[o.Spec.ServiceName] == nil {
					t.Errorf("%s names the service %s, which there is not", o.Name, o.Spec.ServiceName)
				}
			}()
		case *appsv1.Deployment:
			pods[o.Name] = o.Spec.Template
			if o.Spec.Selector == nil || !within(o.Spec.Selector.MatchLabels, o.Spec.Template.Labels) {
				t.Errorf("%s does not select its own pods", o.Name)
			}
		case *corev1.Service:
			services[o.Name] = o
		case *policyv1.PodDisruptionBudget:
			budgets[o.Name] = o
		case *corev1.Secret:
			given[o.Name] = true
		case *corev1.ConfigMap:
			given[o.Name] = true
		}
	}
	for _, name := range []string{"worker", "proxy"} {
		p, found := pods[name]
		if !found {
			t.Fatalf("nothing runs the %s", name)
		}
		node(t, name, p, given)
		if b := budgets[name]; b == nil || b.Spec.Selector == nil || !within(b.Spec.Selector.MatchLabels, p.Labels) {
			t.Errorf("an eviction may take every %s at once", name)
		}
	}
	for name, s := range services {
		if !slices.ContainsFunc([]string{"worker", "proxy", "bus"}, func(p string) bool { return within(s.Spec.Selector, pods[p].Labels) }) {
			t.Errorf("the service %s leads nowhere", name)
		}
	}
}

// within says whether labels have at least what is selected.
func within(selected, labels map[string]string) bool {
	for k, v := range selected {
		if labels[k] != v {
			return false
		}
	}
	return len(selected) > 0
}

// node looks at the pods of a role.
func node(t *testing.T, name string, p corev1.PodTemplateSpec, given map[string]bool) {
	t.Helper()
	c := p.Spec.Containers[0]
	if c.LivenessProbe == nil || c.ReadinessProbe == nil || c.StartupProbe == nil {
		t.Errorf("nobody looks whether the %s is well", name)
	}
	if c.Lifecycle == nil || c.Lifecycle.PreStop == nil || p.Spec.TerminationGracePeriodSeconds == nil || *p.Spec.TerminationGracePeriodSeconds < 60 {
		t.Errorf("the %s has no time to give away what it has", name)
	}
	if s := c.SecurityContext; s == nil || s.ReadOnlyRootFilesystem == nil || !*s.ReadOnlyRootFilesystem || s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation {
		t.Errorf("the %s may write to its image, or become root", name)
	}
	serve, err := os.ReadFile("../serve.go")
	if err != nil {
		t.Fatal(err)
	}
	known := strings.ToLower(string(serve))
	for _, arg := range c.Args {
		if f := regexp.MustCompile(`^--([a-z-]+)`).FindStringSubmatch(arg); f != nil && !strings.Contains(known, strings.ReplaceAll(f[1], "-", "")) {
			t.Errorf("the %s is given --%s, which there is not", name, f[1])
		}
	}
	for _, e := range c.Env {
		if e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil && !given[e.ValueFrom.SecretKeyRef.Name] {
			t.Errorf("the %s wants the secret %s, which there is not", name, e.ValueFrom.SecretKeyRef.Name)
		}
		if slices.Contains([]string{"HOTSHARD_STORE", "HOTSHARD_JOIN"}, e.Name) && e.Value != "" {
			t.Errorf("the %s has %s in the open", name, e.Name)
		}
	}
	mounts := map[string]bool{}
	for _, v := range p.Spec.Volumes {
		mounts[v.Name] = true
		if v.Secret != nil && !given[v.Secret.SecretName] {
			t.Errorf("the %s mounts the secret %s, which there is not", name, v.Secret.SecretName)
		}
	}
	for _, m := range c.VolumeMounts {
		if !mounts[m.Name] {
			t.Errorf("the %s mounts %s, which there is not", name, m.Name)
		}
	}
}
